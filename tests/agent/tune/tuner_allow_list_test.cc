// Another allow-list while changes are in force: at once, and over a restart.
#include <gtest/gtest.h>

#include <optional>

#include "tests/agent/tune/tuner_fixture.h"

namespace berthmaster {
namespace {

using TunerAllowListTest = TunerFixture;

AllowList Only(const std::string& entry) { return AllowList::Parse({entry}).value(); }

TEST_F(TunerAllowListTest, HoldsForTheNextWrites) {
  tuner_->SetAllowList(Only("net.ipv4.tcp_tw_reuse"));
  EXPECT_EQ(PushOne(WidenRange()).state, ApplyState::kRefused);

  tuner_->SetAllowList(Only("net.ipv4.ip_local_port_range"));
  EXPECT_EQ(PushOne(WidenRange()).state, ApplyState::kApplied);
}

TEST_F(TunerAllowListTest, RevertsWhatIsInForceAndNoLongerAllowed) {
  DesiredChange confirmed = WidenRange();
  confirmed.confirmed = true;
  Push({confirmed, ReuseTimeWait()});

  tuner_->SetAllowList(Only("net.ipv4.tcp_tw_reuse"));
  std::optional<DesiredStateReply> report = tuner_->CheckLeases();

  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->results.size(), 1u);
  EXPECT_EQ(report->results[0].sysctl, "net.ipv4.ip_local_port_range");
  EXPECT_EQ(report->results[0].state, ApplyState::kReverted);
  EXPECT_EQ(Range(), "32768 60999");
  EXPECT_EQ(Reuse(), "1");
  EXPECT_EQ(tuner_->applied_revision(), 0) << "the controller is to push again, and hear why not";
}

TEST_F(TunerAllowListTest, RefusesAndRevertsAlsoWhenAPushComesFirst) {
  Push({WidenRange()});
  tuner_->SetAllowList(Only("net.ipv4.ip_local_port_range=20000..65535"));

  ChangeResult result = PushOne(WidenRange());
  EXPECT_EQ(result.state, ApplyState::kRefused);
  EXPECT_EQ(result.error.substr(0, 20), "VALUE_OUT_OF_BOUNDS:");
  EXPECT_TRUE(tuner_->CheckLeases().has_value());

  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerAllowListTest, LeavesAloneWhatSomebodyElseWroteSince) {
  Push({WidenRange()});
  kernel_.Set(kNetns, kPortRangeSysctl, "20000 50000");

  tuner_->SetAllowList(Only("net.ipv4.tcp_tw_reuse"));
  tuner_->CheckLeases();

  EXPECT_EQ(Range(), "20000 50000");
  EXPECT_EQ(kernel_.write_count(), 1);
}

TEST_F(TunerAllowListTest, RevertsAfterARestartWithANarrowerOne) {
  DesiredChange confirmed = WidenRange();
  confirmed.confirmed = true;
  Push({confirmed});
  options_.allow_list = Only("net.ipv4.tcp_tw_reuse");
  Start();

  tuner_->CheckLeases();

  EXPECT_EQ(Range(), "32768 60999");
}

TEST_F(TunerAllowListTest, RevertsNothingWhileItOnlyObserves) {
  Push({WidenRange()});
  options_.profile = AgentProfile::kObserve;
  Start();

  tuner_->SetAllowList(Only("net.ipv4.tcp_tw_reuse"));

  EXPECT_EQ(tuner_->CheckLeases(), std::nullopt);
  EXPECT_EQ(Range(), "16384 60999");
}

}  // namespace
}  // namespace berthmaster
