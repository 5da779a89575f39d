#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/bpf/bpf_bind_ownership.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/socket_source.h"
#include "common/clock/clock.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/socket_scene.h"

namespace berthmaster {
namespace {

// One way of looking at the same sockets. BPF lists no sockets: it adds to a dump which ports
// bind() made, so that no connect() may have them.
struct View {
  const char* name;
  SocketSource source;
  bool has_bpf = false;
};
constexpr View kViews[] = {{"netlink", SocketSource::kNetlink},
                           {"ss", SocketSource::kSs},
                           {"procfs", SocketSource::kProcfs},
                           {"bpf", SocketSource::kNetlink, true}};

std::string ViewName(const testing::TestParamInfo<View>& info) { return info.param.name; }

// What a row says that every source can say, in a form to compare and to print.
std::string Describe(const SeenSocket& seen) {
  const SocketRow& row = seen.row;
  const bool is_listener = row.state == TcpState::kListen;
  return absl::StrCat(TcpStateName(row.state), row.is_mini ? " mini " : " ",
                      row.source.ToIpAddress().ToString(), " ", row.local_port, " ",
                      row.destination.ToIpAddress().ToString(), " ", row.destination_port, " uid ",
                      row.uid, " inode ", row.inode, " queues ", row.receive_queue, " ",
                      is_listener ? 0 : row.send_queue);
}

std::string DescribeAll(const std::vector<SeenSocket>& all) {
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const SeenSocket& seen : all) lines.push_back(Describe(seen));
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

bool IsBound(const SeenSocket& seen) {
  return seen.row.state == TcpState::kListen || seen.row.state == TcpState::kBoundInactive;
}

// Whether the one histogram can be the other with each socket in the same second or a neighbour.
void ExpectNear(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  ASSERT_EQ(a.size(), b.size());
  int64_t sum_a = 0;
  int64_t sum_b = 0;
  int64_t before_a = 0;
  int64_t before_b = 0;
  for (size_t second = 0; second < a.size(); ++second) {
    sum_a += a[second];
    sum_b += b[second];
    EXPECT_LE(before_a, sum_b) << "before second " << second;
    EXPECT_LE(before_b, sum_a) << "before second " << second;
    before_a = sum_a;
    before_b = sum_b;
  }
  EXPECT_EQ(sum_a, sum_b);
}

// The scene is made once: it is at rest, and nothing here changes it.
class Conformance : public testing::TestWithParam<View> {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<SocketScene>> made = SocketScene::Make();
    if (made.ok()) {
      scene = *std::move(made);
    } else {
      why_not = made.status().ToString();
    }
  }
  static void TearDownTestSuite() { scene.reset(); }
  void SetUp() override {
    if (scene == nullptr) GTEST_SKIP() << why_not;
    dump_ = MakeSocketDump(GetParam().source, clock_);
    netlink_ = MakeSocketDump(SocketSource::kNetlink, clock_);
    if (!GetParam().has_bpf) return;
    auto reader = MakeBpfBindOwnershipReader();
    if (!reader.ok()) GTEST_SKIP() << reader.status().message();
    bind_ownership_ = *std::move(reader);
  }

  // The whole agent's view of the scene, by that dump.
  NetnsSample Sample(SocketDump& dump) const {
    const bool is_reference = &dump == netlink_.get();
    LinuxNetnsDirectory directory({absl::StrCat(scene->netns().id().inode)}, clock_);
    LinuxNetnsFactsReader facts_reader(clock_);
    KernelHostSampler::Dependencies dependencies = {directory, facts_reader, dump, clock_};
    if (!is_reference) dependencies.bind_ownership = bind_ownership_.get();
    KernelHostSampler sampler(dependencies);
    absl::StatusOr<HostSample> sample;
    NetnsThread thread;
    absl::Status status = thread.Run([&] {
      sample = sampler.Sample();
      return sample.status();
    });
    if (!status.ok() || sample->namespaces.size() != 1) std::abort();
    return sample->namespaces[0];
  }
  SocketSourceFeatures features() const { return FeaturesOf(GetParam().source); }

  static std::unique_ptr<SocketScene> scene;
  static std::string why_not;
  const LinuxClock clock_{};
  std::unique_ptr<SocketDump> dump_;
  std::unique_ptr<SocketDump> netlink_;
  // Null in a view without BPF.
  std::unique_ptr<BindOwnershipReader> bind_ownership_;
};

std::unique_ptr<SocketScene> Conformance::scene;
std::string Conformance::why_not;

TEST_P(Conformance, ShowsTheSameTcpSockets) {
  std::vector<SeenSocket> expected = SeeTcp(*netlink_, scene->entry());
  std::vector<SeenSocket> seen = SeeTcp(*dump_, scene->entry());
  if (!features().has_bound_sockets) {
    const auto is_bound_only = [](const SeenSocket& one) {
      return one.row.state == TcpState::kBoundInactive;
    };
    EXPECT_EQ(std::erase_if(expected, is_bound_only), size_t{SocketScene::kBoundCount});
    // A later ss shows them, which is as well.
    std::erase_if(seen, is_bound_only);
  }
  EXPECT_EQ(DescribeAll(seen), DescribeAll(expected));
}

TEST_P(Conformance, ShowsTheSameUdpSockets) {
  const std::vector<SeenSocket> seen = SeeUdp(*dump_, scene->entry());
  EXPECT_EQ(seen.size(), size_t{SocketScene::kUdpCount});
  EXPECT_EQ(DescribeAll(seen), DescribeAll(SeeUdp(*netlink_, scene->entry())));
}

TEST_P(Conformance, ShowsListenersOfBothFamiliesBeforeAllOthers) {
  const std::vector<SeenSocket> seen = SeeTcp(*dump_, scene->entry());
  const auto first_other = std::find_if_not(seen.begin(), seen.end(), IsBound);
  EXPECT_EQ(std::count_if(seen.begin(), first_other,
                          [](const SeenSocket& one) { return one.row.state == TcpState::kListen; }),
            SocketScene::kListenerCount);
  EXPECT_TRUE(std::none_of(first_other, seen.end(), IsBound));
}

TEST_P(Conformance, ShowsRemainingTimesWithinASecond) {
  const std::vector<SeenSocket> expected = SeeTcp(*netlink_, scene->entry());
  int mini_count = 0;
  for (const SeenSocket& one : SeeTcp(*dump_, scene->entry())) {
    if (!one.row.is_mini) continue;
    ++mini_count;
    const auto same = std::find_if(expected.begin(), expected.end(), [&](const SeenSocket& other) {
      return Describe(other) == Describe(one);
    });
    ASSERT_NE(same, expected.end()) << Describe(one);
    // Time goes on between the two dumps, and ss cuts to whole seconds.
    EXPECT_LE(one.row.expires_ms, same->row.expires_ms);
    EXPECT_GE(one.row.expires_ms + 5000, same->row.expires_ms);
  }
  EXPECT_EQ(mini_count, SocketScene::kTimeWaitCount + SocketScene::kFinWait2MiniCount);
}

// Absent, not zero: what a source has not is 0 in all rows, and it says so.
TEST_P(Conformance, HasCookiesAndBacklogsOrSaysThatItHasNot) {
  bool has_cookies = true;
  bool has_backlogs = false;
  bool has_bound_sockets = false;
  for (const SeenSocket& one : SeeTcp(*dump_, scene->entry())) {
    has_cookies = has_cookies && one.row.cookie != 0;
    has_backlogs = has_backlogs || (one.row.state == TcpState::kListen && one.row.send_queue > 0);
    has_bound_sockets = has_bound_sockets || one.row.state == TcpState::kBoundInactive;
  }
  EXPECT_EQ(has_cookies, features().has_cookies);
  EXPECT_EQ(has_backlogs, features().has_backlogs);
  EXPECT_TRUE(has_bound_sockets || !features().has_bound_sockets);
  EXPECT_EQ(features().limitations.empty(),
            has_cookies && has_backlogs && features().has_bound_sockets);
}

TEST_P(Conformance, GivesTheSamePools) {
  const NetnsSample sample = Sample(*dump_);
  const auto pool = [&sample](absl::string_view destination, uint16_t destination_port) {
    return FindPool(sample, IpAddress::Parse(destination)->is_v4() ? "10.9.0.1" : "fd00::1",
                    destination, destination_port);
  };

  const PoolSample plain = pool("10.9.0.2", 8080);
  EXPECT_EQ(plain.in_use, 9);
  EXPECT_EQ(plain.reusable, 4);
  EXPECT_EQ(plain.states[TcpState::kEstablished], 5);
  EXPECT_EQ(plain.states[TcpState::kTimeWait], 4);
  EXPECT_EQ(plain.early_bind_share,
            GetParam().has_bpf ? std::optional<double>(0) : std::optional<double>());

  const PoolSample closed_there = pool("10.9.0.2", 8081);
  EXPECT_EQ(closed_there.in_use, 2);
  EXPECT_EQ(closed_there.reusable, 0);
  EXPECT_EQ(closed_there.states[TcpState::kCloseWait], 2);

  const PoolSample half_closed = pool("10.9.0.2", 8082);
  EXPECT_EQ(half_closed.in_use, 2);
  EXPECT_EQ(half_closed.reusable, 0);
  EXPECT_EQ(half_closed.states[TcpState::kFinWait2], 2);

  const PoolSample unanswered = pool("10.9.0.2", 8083);
  EXPECT_EQ(unanswered.in_use, 3);
  EXPECT_EQ(unanswered.states[TcpState::kSynSent], 2);

  EXPECT_EQ(pool("10.9.0.2", 8085).states[TcpState::kEstablished], 1);

  const PoolSample v6 = pool("fd00::2", 8084);
  EXPECT_EQ(v6.in_use, 3);
  EXPECT_EQ(v6.reusable, 1);
  EXPECT_EQ(v6.states[TcpState::kTimeWait], 1);

  // Of the connection between two ports of the range only the end that connected is in a pool.
  EXPECT_EQ(pool("10.9.0.3", 40100).in_use, 1);

  const PoolSample table = FindTable(sample);
  EXPECT_EQ(table.in_use, SocketScene::kTimeWaitCount + SocketScene::kFinWait2MiniCount);
  EXPECT_EQ(table.states[TcpState::kTimeWait], SocketScene::kTimeWaitCount);
  EXPECT_EQ(table.states[TcpState::kFinWait2], SocketScene::kFinWait2MiniCount);
}

// Ports that a bind()-made user closes to connect(): those of listeners are seen by all sources.
TEST_P(Conformance, GivesTheSameCapacityButForWhatTheSourceDoesNotShow) {
  const NetnsSample sample = Sample(*dump_);
  const NetnsSample expected = Sample(*netlink_);
  ASSERT_FALSE(sample.pools.empty());
  ASSERT_FALSE(expected.pools.empty());
  const int missing = features().has_bound_sockets ? 0 : SocketScene::kBoundCount;
  const PoolSample pool = FindPool(sample, "10.9.0.1", "10.9.0.2", 8080);
  const PoolSample expected_pool = FindPool(expected, "10.9.0.1", "10.9.0.2", 8080);
  // The port of the client that called bind() is closed to all others, which only BPF shows.
  const int found = GetParam().has_bpf ? SocketScene::kBoundClientCount : 0;
  EXPECT_EQ(pool.blocked + missing - found, expected_pool.blocked);
  EXPECT_EQ(pool.capacity - missing + found, expected_pool.capacity);
  // 40100 to 40103 and the two bound ones, at the least.
  EXPECT_GE(expected_pool.blocked, 6);
  EXPECT_EQ(sample.listening_ports_in_range, expected.listening_ports_in_range);
  EXPECT_EQ(sample.listening_ports_in_range, (std::vector<int32_t>{40100, 40101, 40102, 40103}));
}

TEST_P(Conformance, GivesTheSameReleasesWithinASecond) {
  const NetnsSample sample = Sample(*dump_);
  EXPECT_EQ(sample.source, GetParam().source);
  std::vector<PoolSample> missing = Sample(*netlink_).pools;
  for (const PoolSample& pool : sample.pools) {
    const std::string name =
        absl::StrCat("kind ", static_cast<int>(pool.kind), " ", pool.key.source.ToString(), " to ",
                     pool.key.destination.ToString());
    const auto same = std::find_if(missing.begin(), missing.end(), [&](const PoolSample& one) {
      return one.kind == pool.kind && one.key == pool.key;
    });
    ASSERT_NE(same, missing.end()) << name;
    if (GetParam().has_bpf && pool.kind == PoolKind::kConnect &&
        pool.key.source == pool.key.destination) {
      EXPECT_EQ(pool.in_use + SocketScene::kBoundClientCount, same->in_use) << name;
      EXPECT_EQ(pool.early_bind_share, 1) << name;
      missing.erase(same);
      continue;
    }
    EXPECT_EQ(pool.states, same->states) << name;
    EXPECT_EQ(pool.in_use, same->in_use) << name;
    EXPECT_EQ(pool.reusable, same->reusable) << name;
    ExpectNear(pool.time_wait_releases, same->time_wait_releases);
    missing.erase(same);
  }
  // What a source does not show whole is absent, not zero.
  for (const PoolSample& pool : missing) {
    const bool is_absent = (pool.kind == PoolKind::kBind && !features().has_bound_sockets) ||
                           (pool.kind == PoolKind::kListener && !features().has_backlogs);
    EXPECT_TRUE(is_absent) << "kind " << static_cast<int>(pool.kind);
  }
}

INSTANTIATE_TEST_SUITE_P(Sources, Conformance, testing::ValuesIn(kViews), ViewName);

}  // namespace
}  // namespace berthmaster
