#include "agent/kernel/bpf/bpf_connect_watch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include <atomic>
#include <cstring>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/bpf/bpf_load.h"
#include "agent/kernel/bpf/bpf_map_drain.h"
#include "agent/kernel/bpf/connect_watch_records.h"
#include "agent/kernel/clean_text.h"
#include "common/status/annotate.h"
#include "connect_watch.skel.h"

namespace berthmaster {
namespace {

constexpr char kPurpose[] = "counting connect() calls that find no port";

struct DestroySkeleton {
  void operator()(connect_watch_bpf* skeleton) const { connect_watch_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<connect_watch_bpf, DestroySkeleton>;

bpf_program* Program(const connect_watch_bpf& skeleton, TracepointKind kind) {
  return kind == TracepointKind::kBtf ? skeleton.progs.on_state_change_btf
                                      : skeleton.progs.on_state_change_raw;
}

PoolKey ToPoolKey(const ConnectPoolId& id) {
  PoolKey key;
  key.source = IpAddress::V6(id.source);
  key.destination = IpAddress::V6(id.destination);
  key.destination_port = static_cast<uint16_t>(id.destination_port);
  return key;
}

std::string ToProcessName(const char (&comm)[16]) {
  return CleanText(absl::string_view(comm, strnlen(comm, sizeof(comm))));
}

// Makes the traffic of each pool whole: the programs count a close in one place.
void AddClosesOfMakers(ConnectActivity& activity) {
  absl::flat_hash_map<std::pair<uint64_t, PoolKey>, size_t> positions;
  for (size_t position = 0; position < activity.pools.size(); ++position) {
    const PoolTraffic& pool = activity.pools[position];
    positions.emplace(std::pair(pool.netns_cookie, pool.key), position);
  }
  for (const TimeWaitMaker& maker : activity.time_wait_makers) {
    const auto [found, is_new] =
        positions.emplace(std::pair(maker.netns_cookie, maker.key), activity.pools.size());
    if (is_new) activity.pools.push_back({.netns_cookie = maker.netns_cookie, .key = maker.key});
    activity.pools[found->second].closed_here += maker.count;
  }
}

class BpfConnectWatch final : public ConnectWatch {
 public:
  BpfConnectWatch(Skeleton skeleton, TracepointKind kind)
      : skeleton_(std::move(skeleton)), kind_(kind) {}

  absl::StatusOr<ConnectActivity> Take() override {
    BERTHMASTER_RETURN_IF_ERROR(TurnGeneration());
    // What was taken out of the kernel stays in `taken_` when the rest fails, for the next call.
    BERTHMASTER_RETURN_IF_ERROR(DrainFailures());
    BERTHMASTER_RETURN_IF_ERROR(DrainTraffic());
    BERTHMASTER_RETURN_IF_ERROR(DrainMakers());
    AddClosesOfMakers(taken_);
    const uint64_t failures = ReadCounter(skeleton_->bss->failures_without_entry);
    const uint64_t traffic = ReadCounter(skeleton_->bss->traffic_without_entry) + ReadMissedCount();
    const uint64_t makers = ReadCounter(skeleton_->bss->time_wait_without_entry);
    taken_.failures_not_told_apart =
        static_cast<int64_t>(failures - std::exchange(failures_without_entry_, failures));
    taken_.traffic_not_told_apart =
        static_cast<int64_t>(traffic - std::exchange(traffic_without_entry_, traffic));
    taken_.makers_not_told_apart =
        static_cast<int64_t>(makers - std::exchange(makers_without_entry_, makers));
    return std::exchange(taken_, ConnectActivity());
  }

 private:
  bool is_second() const { return generation_ == 1; }

  // Lets the programs count in the other generation. When this returns, no program counts in the
  // one before any more (maybe_wait_bpf_programs() in kernel/bpf/syscall.c).
  absl::Status TurnGeneration() {
    const int next = is_second() ? 0 : 1;
    const uint32_t zero = 0;
    const int next_fd =
        bpf_map__fd(next == 1 ? skeleton_->maps.generation_1 : skeleton_->maps.generation_0);
    if (const int error = bpf_map_update_elem(bpf_map__fd(skeleton_->maps.current_generation),
                                              &zero, &next_fd, BPF_ANY);
        error != 0) {
      return ErrnoStatus(-error, "turn the generation of the counts of connect() calls");
    }
    generation_ = next;
    return absl::OkStatus();
  }

  absl::Status DrainFailures() {
    const bpf_map* map = is_second() ? skeleton_->maps.failures_0 : skeleton_->maps.failures_1;
    return DrainBpfHashMap(bpf_map__fd(map), sizeof(ConnectFailureId), sizeof(uint64_t),
                           [this](const void* key, const void* value) {
                             ConnectFailureId id;
                             uint64_t count = 0;
                             std::memcpy(&id, key, sizeof(id));
                             std::memcpy(&count, value, sizeof(count));
                             taken_.failures.push_back({.netns_cookie = id.pool.netns_cookie,
                                                        .key = ToPoolKey(id.pool),
                                                        .cgroup_id = id.cgroup_id,
                                                        .pid = static_cast<int32_t>(id.pid),
                                                        .process = ToProcessName(id.process),
                                                        .count = static_cast<int64_t>(count)});
                           });
  }

  absl::Status DrainTraffic() {
    const bpf_map* map = is_second() ? skeleton_->maps.traffic_0 : skeleton_->maps.traffic_1;
    return DrainBpfHashMap(
        bpf_map__fd(map), sizeof(ConnectPoolId), sizeof(ConnectTraffic),
        [this](const void* key, const void* value) {
          ConnectPoolId id;
          ConnectTraffic traffic;
          std::memcpy(&id, key, sizeof(id));
          std::memcpy(&traffic, value, sizeof(traffic));
          taken_.pools.push_back({.netns_cookie = id.netns_cookie,
                                  .key = ToPoolKey(id),
                                  .opened = static_cast<int64_t>(traffic.opened),
                                  .closed_here = static_cast<int64_t>(traffic.closed_here),
                                  .closed_by_peer = static_cast<int64_t>(traffic.closed_by_peer)});
        });
  }

  absl::Status DrainMakers() {
    const bpf_map* map = is_second() ? skeleton_->maps.makers_0 : skeleton_->maps.makers_1;
    return DrainBpfHashMap(
        bpf_map__fd(map), sizeof(TimeWaitMakerId), sizeof(TimeWaitMade),
        [this](const void* key, const void* value) {
          TimeWaitMakerId id;
          TimeWaitMade made;
          std::memcpy(&id, key, sizeof(id));
          std::memcpy(&made, value, sizeof(made));
          taken_.time_wait_makers.push_back({.netns_cookie = id.pool.netns_cookie,
                                             .key = ToPoolKey(id.pool),
                                             .cgroup_id = id.cgroup_id,
                                             .pid = static_cast<int32_t>(made.pid),
                                             .process = ToProcessName(id.process),
                                             .count = static_cast<int64_t>(made.count)});
        });
  }

  // Programs add to it at the same time; the page is shared with the kernel.
  static uint64_t ReadCounter(__u64& counter) {
    return std::atomic_ref<__u64>(counter).load(std::memory_order_relaxed);
  }

  // State changes for which the kernel did not run the program, because they came in an interrupt
  // of a processor that was running it. A failure is never among them: connect() fails in a system
  // call, never in an interrupt.
  uint64_t ReadMissedCount() const {
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    const int program_fd = bpf_program__fd(Program(*skeleton_, kind_));
    if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0) return 0;
    return info.recursion_misses;
  }

  Skeleton skeleton_;
  const TracepointKind kind_;
  // Where programs count now.
  int generation_ = 0;
  uint64_t failures_without_entry_ = 0;
  uint64_t traffic_without_entry_ = 0;
  uint64_t makers_without_entry_ = 0;
  ConnectActivity taken_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectWatch>> MakeBpfConnectWatch(TracepointKind kind) {
  BERTHMASTER_RETURN_IF_ERROR(PrepareBpf());
  Skeleton skeleton(connect_watch_bpf__open());
  if (skeleton == nullptr) return BpfRefusal(errno, kPurpose);
  const TracepointKind other =
      kind == TracepointKind::kBtf ? TracepointKind::kRaw : TracepointKind::kBtf;
  bpf_program__set_autoload(Program(*skeleton, other), false);
  if (const int error = connect_watch_bpf__load(skeleton.get()); error != 0) {
    return BpfRefusal(-error, kPurpose);
  }
  const uint32_t zero = 0;
  const uint32_t second = 1;
  int error =
      bpf_map_update_elem(bpf_map__fd(skeleton->maps.generation_1), &zero, &second, BPF_ANY);
  if (error == 0) error = connect_watch_bpf__attach(skeleton.get());
  if (error != 0) return BpfRefusal(-error, kPurpose);
  return std::make_unique<BpfConnectWatch>(std::move(skeleton), kind);
}

absl::StatusOr<std::unique_ptr<ConnectWatch>> MakeBpfConnectWatch() {
  auto watch = MakeBpfConnectWatch(TracepointKind::kBtf);
  if (!absl::IsUnimplemented(watch.status())) return watch;
  auto raw_watch = MakeBpfConnectWatch(TracepointKind::kRaw);
  return raw_watch.ok() ? std::move(raw_watch) : std::move(watch);
}

}  // namespace berthmaster
