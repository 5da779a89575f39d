#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/open_files_limit.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/mounted_netns.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

// Counts the dumps of the namespaces of the test.
class CountingDump final : public SocketDump {
 public:
  explicit CountingDump(std::set<uint64_t> cookies) : cookies_(std::move(cookies)) {}

  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override {
    if (cookies_.count(netns.id.cookie) != 0) ++dump_count_;
    return dump_.Visit(netns, visit);
  }
  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override {
    if (cookies_.count(netns.id.cookie) != 0) ++dump_count_;
    return dump_.VisitUdp(netns, visit);
  }
  int TakeCount() { return std::exchange(dump_count_, 0); }

 private:
  LinuxSocketDump dump_;
  const std::set<uint64_t> cookies_;
  int dump_count_ = 0;
};

class ManyNetnsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  }
  void Make(int count) {
    for (int i = 0; i < count; ++i) {
      netns_.push_back(MountedNetns::Make(absl::StrCat(files_.path(), "/", i)).value());
      cookies_.insert(netns_.back()->id().cookie);
    }
  }

  TempDirectory files_;
  std::vector<std::unique_ptr<MountedNetns>> netns_;
  std::set<uint64_t> cookies_;
};

TEST_F(ManyNetnsTest, QuietNamespacesAreSampledWithoutADumpOfEach) {
  constexpr int kNamespaces = 200;
  Make(kNamespaces);
  FakeClock clock;
  LinuxClock cpu;
  LinuxNetnsDirectory directory({}, clock);
  LinuxNetnsFactsReader facts(clock);
  CountingDump dump(cookies_);
  KernelHostSampler sampler({directory, facts, dump, clock});
  NetnsThread thread;
  std::vector<int> dump_counts;
  for (int sample_number = 0; sample_number < 6; ++sample_number) {
    int seen_count = 0;
    absl::Duration cpu_time;
    ASSERT_EQ(thread.Run([&] {
      const absl::Duration before = cpu.ThreadCpuNow();
      absl::StatusOr<HostSample> sample = sampler.Sample();
      cpu_time = cpu.ThreadCpuNow() - before;
      if (!sample.ok()) return sample.status();
      for (const NetnsSample& netns : sample->namespaces) {
        seen_count += static_cast<int>(cookies_.count(netns.cookie));
      }
      return absl::OkStatus();
    }),
              absl::OkStatus());
    dump_counts.push_back(dump.TakeCount());
    std::printf("sample %d of %d quiet namespaces: %d dumps of them, %.1f ms of CPU\n",
                sample_number, kNamespaces, dump_counts.back(),
                absl::ToDoubleMilliseconds(cpu_time));
    EXPECT_EQ(seen_count, kNamespaces);
    clock.Advance(absl::Seconds(10));
  }

  // The first sample may look into each; those of the next 50 s into none.
  EXPECT_THAT(std::vector<int>(dump_counts.begin() + 1, dump_counts.end()), testing::Each(0));
}

// Lowers the limit of open files for as long as it lives.
class LowLimit {
 public:
  explicit LowLimit(rlim_t files) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low = {files, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
  }
  ~LowLimit() { Restore(); }
  void Restore() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(ManyNetnsTest, HoldsNoMoreThanTheLimitOfOpenFilesAllows) {
  constexpr int kNamespaces = 120;
  Make(kNamespaces);
  LowLimit limit(300);
  ASSERT_EQ(HeldNetnsMax(), 75);
  FakeClock clock;
  LinuxNetnsDirectory directory({}, clock);

  for (int scan = 0; scan < 3; ++scan) {
    NetnsListing listing = ListOn(directory);
    EXPECT_LE(listing.entries.size(), 75u);
    EXPECT_GE(listing.entries.size(), 70u);
    EXPECT_TRUE(FindEntry(listing, CurrentNetnsInode().value()).has_value());
    EXPECT_LE(listing.limitations.size(), 5u);
    EXPECT_THAT(listing.limitations,
                testing::Contains(testing::HasSubstr("network namespaces are not looked at")));
    clock.Advance(kScanInterval);
  }
  limit.Restore();
  NetnsListing all = ListOn(directory);
  EXPECT_THAT(all.limitations,
              Not(testing::Contains(testing::HasSubstr("network namespaces are not looked at"))));
  for (const auto& netns : netns_) EXPECT_TRUE(FindEntry(all, netns->id().inode).has_value());
}

TEST(OpenFilesLimit, IsRaisedAsFarAsItGoes) {
  LowLimit limit(300);

  const absl::Status status = RaiseOpenFilesLimit();

  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  if (status.ok()) {
    EXPECT_GE(now.rlim_cur, static_cast<rlim_t>(kWantedOpenFiles));
    EXPECT_GE(HeldNetnsMax(), kNamespacesMax);
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(now.rlim_cur, now.rlim_max);
  }
  // Never lowered.
  EXPECT_EQ(RaiseOpenFilesLimit(10), absl::OkStatus());
  rlimit after{};
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, now.rlim_cur);
}

}  // namespace
}  // namespace berthmaster
