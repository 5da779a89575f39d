// Who owns the TIME_WAIT of short connections: what the watch counts, and what a sample says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/kernel/bpf/bpf_connect_watch.h"
#include "agent/kernel/sockets/linux_socket_owners.h"
#include "common/clock/clock.h"
#include "tests/kernel/bpf_sockets.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/scoped_cgroup.h"
#include "tests/kernel/short_client.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr uint16_t kServerPort = 9000;
constexpr char kServer[] = "10.77.0.1";

ConnectOptions To(const std::string& destination) {
  ConnectOptions options;
  options.destination = destination;
  options.destination_port = kServerPort;
  return options;
}

// A namespace with 1000 ephemeral ports.
std::unique_ptr<ScopedNetns> MakeNetns() {
  auto netns = ScopedNetns::Make().value();
  EXPECT_TRUE(netns->AddAddress(kServer).ok());
  EXPECT_TRUE(netns->SetSysctl("net.ipv4.ip_local_port_range", "40000 40999").ok());
  return netns;
}

std::unique_ptr<TestServer> Serve(const ScopedNetns& netns) {
  return TestServer::Make(netns, "::", kServerPort, ServerMode::kClosesSecond).value();
}

// Connections of which some may have been reset are counted where the reset came after the close.
auto AtLeastAndAtMost(int64_t least, int64_t most) { return AllOf(Ge(least), Le(most)); }

class TimeWaitMakersHere : public ::testing::TestWithParam<TracepointKind> {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    absl::StatusOr<std::unique_ptr<ConnectWatch>> watch = MakeBpfConnectWatch(GetParam());
    if (!watch.ok()) GTEST_SKIP() << watch.status().message();
    watch_ = *std::move(watch);
    netns_ = MakeNetns();
  }
  // Those of this test's namespace.
  std::vector<TimeWaitMaker> Take() {
    ConnectActivity activity = watch_->Take().value();
    not_told_apart_ = activity.makers_not_told_apart;
    closed_here_ = 0;
    for (const PoolTraffic& pool : activity.pools) {
      if (pool.netns_cookie == netns_->id().cookie) closed_here_ += pool.closed_here;
    }
    std::erase_if(activity.time_wait_makers, [this](const TimeWaitMaker& maker) {
      return maker.netns_cookie != netns_->id().cookie;
    });
    return std::move(activity.time_wait_makers);
  }
  static TimeWaitMaker Find(const std::vector<TimeWaitMaker>& makers, const std::string& process) {
    for (const TimeWaitMaker& maker : makers) {
      if (maker.process == process) return maker;
    }
    return TimeWaitMaker();
  }

  std::unique_ptr<ConnectWatch> watch_;
  std::unique_ptr<ScopedNetns> netns_;
  // Of the last Take().
  int64_t not_told_apart_ = 0;
  int64_t closed_here_ = 0;
};

TEST_P(TimeWaitMakersHere, AreTheProcessesThatCloseFirstByNameAndCgroup) {
  const ScopedCgroup api_cgroup("a");
  const ScopedCgroup job_cgroup("b");
  if (!api_cgroup.is_there() || !job_cgroup.is_there()) GTEST_SKIP() << kNeedsCgroup;
  ShortClient api(*netns_, {"api", &api_cgroup, To(kServer), 30});
  ShortClient job(*netns_, {"job", &job_cgroup, To(kServer), 10});
  const pid_t api_pid = api.pid();
  const pid_t job_pid = job.pid();
  const auto server = Serve(*netns_);
  const int api_opened = api.Run();
  const int job_opened = job.Run();

  const std::vector<TimeWaitMaker> makers = Take();

  ASSERT_EQ(makers.size(), 2u);
  const TimeWaitMaker api_made = Find(makers, "api");
  EXPECT_THAT(api_made.count, AtLeastAndAtMost(30, api_opened));
  EXPECT_EQ(api_made.pid, api_pid);
  EXPECT_EQ(api_made.cgroup_id, api_cgroup.id());
  EXPECT_EQ(api_made.key.source.ToString(), kServer);
  EXPECT_EQ(api_made.key.destination.ToString(), kServer);
  EXPECT_EQ(api_made.key.destination_port, kServerPort);
  const TimeWaitMaker job_made = Find(makers, "job");
  EXPECT_THAT(job_made.count, AtLeastAndAtMost(10, job_opened));
  EXPECT_EQ(job_made.pid, job_pid);
  EXPECT_EQ(job_made.cgroup_id, job_cgroup.id());
  // Counted once.
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_P(TimeWaitMakersHere, AreOneWhenAProcessForksForEachConnection) {
  ShortClient cgi(*netns_, {"cgi", nullptr, To(kServer), 50, true});
  const auto server = Serve(*netns_);
  const int opened = cgi.Run();

  const std::vector<TimeWaitMaker> makers = Take();

  ASSERT_EQ(makers.size(), 1u);
  EXPECT_EQ(makers[0].process, "cgi");
  EXPECT_THAT(makers[0].count, AtLeastAndAtMost(50, opened));
  EXPECT_GT(makers[0].pid, 0);
}

// Neither a server whose client closes first, nor a client whose server does, nor who resets.
TEST_P(TimeWaitMakersHere, AreNotThoseWhoLeaveNone) {
  const auto server =
      TestServer::Make(*netns_, "::", kServerPort, ServerMode::kClosesFirst).value();
  netns_->RunInside([] {
    const ConnectResult result = Connect(To(kServer));
    ASSERT_EQ(result.error_number, 0);
    ASSERT_TRUE(WaitReadable(result.fd.get()));
  });
  netns_->RunInside([] {
    ConnectOptions refused = To(kServer);
    refused.destination_port = 1;
    EXPECT_EQ(Connect(refused).error_number, ECONNREFUSED);
  });
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_P(TimeWaitMakersHere, ThatHaveNoRoomAreCounted) {
  constexpr int kPools = 9000;
  constexpr size_t kMakersMax = 8192;
  const auto server = Serve(*netns_);
  int made = 0;
  netns_->RunInside([&made] {
    for (int index = 0; index < kPools; ++index) {
      made += OpenAndClose(To(absl::StrCat("127.1.", index / 250, ".", 1 + index % 250)), 1);
    }
  });
  ASSERT_EQ(made, kPools);
  const std::vector<TimeWaitMaker> makers = Take();
  EXPECT_LE(makers.size(), kMakersMax);
  EXPECT_GE(not_told_apart_, kPools - static_cast<int64_t>(kMakersMax));
  int64_t sum = 0;
  for (const TimeWaitMaker& maker : makers) sum += maker.count;
  EXPECT_GE(sum + not_told_apart_, kPools);
  // Their pools count them all the same.
  EXPECT_GE(closed_here_, kPools);
  // The room is there again.
  netns_->RunInside([] { ASSERT_EQ(OpenAndClose(To(kServer), 1), 1); });
  EXPECT_EQ(Take().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Tracepoint, TimeWaitMakersHere,
                         ::testing::Values(TracepointKind::kBtf, TracepointKind::kRaw),
                         [](const ::testing::TestParamInfo<TracepointKind>& kind) {
                           return kind.param == TracepointKind::kBtf ? "Btf" : "Raw";
                         });

// Samples of a namespace with processes that are gone when it is dumped.
class OwnersOfShortConnections : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = MakeNetns();
  }
  static PoolSample Pool(const NetnsSample& sample) {
    return FindPool(sample, kServer, kServer, kServerPort);
  }

  std::unique_ptr<ScopedNetns> netns_;
  LinuxSocketOwners owners_;
};

TEST_F(OwnersOfShortConnections, AreNamedWithTheirShare) {
  auto watch = MakeBpfConnectWatch();
  if (!watch.ok()) GTEST_SKIP() << watch.status().message();
  const ScopedCgroup api_cgroup("a");
  const ScopedCgroup job_cgroup("b");
  if (!api_cgroup.is_there() || !job_cgroup.is_there()) GTEST_SKIP() << kNeedsCgroup;
  ShortClient api(*netns_, {"api", &api_cgroup, To(kServer), 300});
  ShortClient job(*netns_, {"job", &job_cgroup, To(kServer), 100, true});
  const pid_t api_pid = api.pid();
  NetnsView view(*netns_, {.connect_watch = watch->get(), .owners = &owners_});
  const auto server = Serve(*netns_);
  view.Sample();
  ASSERT_GE(api.Run(), 300);
  ASSERT_GE(job.Run(), 100);

  // The pool is large from the next sample on, and the watch tells a pace after a second.
  const LinuxClock clock;
  const absl::Duration limit = clock.MonotonicNow() + absl::Seconds(20);
  PoolSample pool;
  do {
    pool = Pool(view.Sample());
  } while (pool.owners.empty() && clock.MonotonicNow() < limit);

  // A late reset ends a TIME_WAIT about once in ten thousand, and a connection that was reset
  // before may count as one that its process closed.
  EXPECT_NEAR(pool.in_use, 400, 4);
  ASSERT_EQ(pool.owners.size(), 2u);
  EXPECT_EQ(pool.owners[0].process, "api");
  EXPECT_EQ(pool.owners[0].pid, api_pid);
  EXPECT_EQ(pool.owners[0].cgroup, api_cgroup.name());
  EXPECT_EQ(pool.owners[1].process, "job");
  EXPECT_EQ(pool.owners[1].cgroup, job_cgroup.name());
  EXPECT_NEAR(pool.owners[0].sockets, 300, 4);
  EXPECT_EQ(pool.owners[0].sockets + pool.owners[1].sockets, pool.in_use);
}

TEST_F(OwnersOfShortConnections, AreNotKnownWithoutTheWatch) {
  ShortClient api(*netns_, {"api", nullptr, To(kServer), 300});
  NetnsView view(*netns_, {.owners = &owners_});
  const auto server = Serve(*netns_);
  view.Sample();
  ASSERT_GE(api.Run(), 300);
  view.Sample();
  const PoolSample pool = Pool(view.Sample());
  EXPECT_GT(pool.in_use, 290);
  EXPECT_THAT(pool.owners, IsEmpty());
}

}  // namespace
}  // namespace berthmaster
