// Which namespaces are dumped when, between the samples of a host that is not close to exhaustion.
#include <gtest/gtest.h>

#include <vector>

#include "agent/collect/kernel_host_sampler.h"
#include "tests/agent/collect/fake_kernel.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

class SamplePacingTest : public testing::Test {
 protected:
  static std::vector<FakeRow> Established(int count) {
    std::vector<FakeRow> rows;
    rows.reserve(static_cast<size_t>(count));
    for (int number = 0; number < count; ++number) {
      rows.push_back({.local_port = static_cast<uint16_t>(40000 + number)});
    }
    return rows;
  }
  void SampleAfter(absl::Duration wait) {
    clock_.Advance(wait);
    ASSERT_TRUE(sampler_.Sample().ok());
  }

  FakeClock clock_;
  FakeKernel kernel_;
  KernelHostSampler sampler_{{.directory = kernel_,
                              .facts_reader = kernel_,
                              .dump = kernel_,
                              .clock = clock_,
                              .sample_interval = absl::Seconds(10)}};
};

// Capacity 100: busy from 11 sockets on, close from 80 on.
TEST_F(SamplePacingTest, DumpsABusyNamespaceOnlyWhenItsTimeHasCome) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(40);
  SampleAfter(absl::ZeroDuration());
  for (int i = 0; i < 8; ++i) SampleAfter(absl::Seconds(1));
  EXPECT_EQ(netns.dump_count, 1);
  SampleAfter(absl::Seconds(2));
  EXPECT_EQ(netns.dump_count, 2);
  EXPECT_FALSE(sampler_.is_close());
}

TEST_F(SamplePacingTest, DumpsEachSecondWhatIsCloseToExhaustionAndNothingElse) {
  FakeNetns& close = kernel_.Netns(7);
  close.rows = Established(85);
  FakeNetns& other = kernel_.Netns(8);
  other.rows = Established(40);
  SampleAfter(absl::ZeroDuration());
  EXPECT_TRUE(sampler_.is_close());
  for (int i = 0; i < 5; ++i) SampleAfter(absl::Seconds(1));
  EXPECT_EQ(close.dump_count, 6);
  EXPECT_EQ(other.dump_count, 1);

  close.rows = Established(40);
  for (int i = 0; i < 11; ++i) SampleAfter(absl::Seconds(1));
  EXPECT_FALSE(sampler_.is_close());
}

TEST_F(SamplePacingTest, ReadsAQuietNamespaceAtEverySampleWhileItIsWatched) {
  FakeNetns& netns = kernel_.Netns(7);
  SampleAfter(absl::ZeroDuration());
  netns.sysctls["net.ipv4.tcp_tw_reuse"] = "1";
  SampleAfter(absl::Seconds(1));
  EXPECT_EQ(netns.facts_count, 1);

  sampler_.WatchClosely({7});
  SampleAfter(absl::Seconds(1));
  SampleAfter(absl::Seconds(1));
  EXPECT_EQ(netns.facts_count, 3);

  // Once more, and then at its own pace.
  sampler_.WatchClosely({});
  SampleAfter(absl::Seconds(1));
  SampleAfter(absl::Seconds(1));
  EXPECT_EQ(netns.facts_count, 4);
}

TEST_F(SamplePacingTest, SeesSocketsRiseBetweenSamples) {
  FakeNetns& netns = kernel_.Netns(7);
  netns.rows = Established(40);
  SampleAfter(absl::ZeroDuration());
  EXPECT_FALSE(sampler_.LookForRise().is_rising);
  netns.rows = Established(44);
  EXPECT_FALSE(sampler_.LookForRise().is_rising);
  netns.rows = Established(45);
  EXPECT_TRUE(sampler_.LookForRise().is_rising);

  SampleAfter(absl::Seconds(1));
  EXPECT_EQ(netns.dump_count, 2);
  EXPECT_FALSE(sampler_.LookForRise().is_rising);
}

TEST_F(SamplePacingTest, IsNotHurriedByAFewSocketsOrAnError) {
  FakeNetns& netns = kernel_.Netns(7);
  SampleAfter(absl::ZeroDuration());
  netns.rows = Established(10);
  EXPECT_FALSE(sampler_.LookForRise().is_rising) << "too few to be near a limit";

  kernel_.Netns(8).facts_error = absl::PermissionDeniedError("no");
  EXPECT_TRUE(sampler_.LookForRise().is_rising) << "never seen before";
  SampleAfter(absl::Seconds(1));
  kernel_.Netns(8).rows = Established(90);
  EXPECT_FALSE(sampler_.LookForRise().is_rising) << "it cannot be read";

  kernel_.set_list_error(absl::UnavailableError("no /proc"));
  EXPECT_FALSE(sampler_.LookForRise().is_rising);
}

}  // namespace
}  // namespace berthmaster
