#ifndef BERTHMASTER_AGENT_COLLECT_TIME_WAIT_MAKERS_H_
#define BERTHMASTER_AGENT_COLLECT_TIME_WAIT_MAKERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "agent/kernel/connect_watch.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Makers of a namespace that are remembered, those of the most: 1.5 MiB. The watch itself tells no
// more apart between two samples.
inline constexpr size_t kTimeWaitMakersMax = 8192;

// Whose the TIME_WAIT of the connect pools of one namespace is, as ConnectWatch counted it for as
// long as a TIME_WAIT lasts. One thread.
class TimeWaitMakers {
 public:
  // The processes of one name in one cgroup.
  struct Maker {
    uint64_t cgroup_id = 0;
    std::string process;
    // Of the one that closed last.
    int32_t pid = 0;
    // Sockets of it that may be in TIME_WAIT now: the closes of the last kReleaseSeconds. Where
    // the watch is younger than that, so many as there were at its pace since then.
    int64_t time_wait = 0;
  };

  // What one Take() had of this namespace, also when it had nothing. `now` is monotonic and rises.
  // Since when the first counts is not known, so it counts nothing.
  void Add(absl::Duration now, const std::vector<TimeWaitMaker>& makers);

  // Those of one pool, in no order. None in the first second.
  std::vector<Maker> MakersOf(const PoolKey& key, absl::Duration now) const;

 private:
  // Each holds what was added within four seconds, or one Add() when they are further apart, so
  // that all of them reach further back than a TIME_WAIT lasts.
  static constexpr size_t kSlots = 18;
  struct Slot {
    absl::Duration begin;
    absl::Duration end;
  };
  // Pool, cgroup id and name of the process.
  using Identity = std::tuple<PoolKey, uint64_t, std::string>;
  struct Made {
    int32_t pid = 0;
    // By slot.
    std::array<int32_t, kSlots> counts{};
    int64_t Sum() const;
  };

  void OpenSlot(absl::Duration begin);
  void ForgetSmallest();

  absl::flat_hash_map<Identity, Made> made_;
  // A ring; `newest_` is where the last one is.
  std::array<Slot, kSlots> slots_;
  size_t slot_count_ = 0;
  size_t newest_ = 0;
  std::optional<absl::Duration> last_add_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_TIME_WAIT_MAKERS_H_
