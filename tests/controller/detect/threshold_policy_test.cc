// Thresholds by policy: what is chosen for a namespace, and what the tracker makes of it.

#include "controller/detect/threshold_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

#include "controller/detect/threshold_fields.h"
#include "tests/common/forecast/pool_simulator.h"
#include "tests/controller/detect/host_simulator.h"

namespace berthmaster {
namespace {

using ::testing::IsEmpty;

DetectionRule NearLimit(std::string name, LabelSelector selector, double utilization_min) {
  DetectionRule rule{std::move(name), std::move(selector), {}};
  rule.overrides.near_limit_utilization_min = utilization_min;
  return rule;
}

NetnsSample Netns(Labels labels) {
  NetnsSample netns;
  netns.label = "blue";
  netns.labels = std::move(labels);
  return netns;
}

TEST(ThresholdPolicy, OfTwoRulesTheLaterWinsFieldByField) {
  DetectionRule first = NearLimit("all", {}, 0.95);
  first.overrides.critical_time_left = absl::Seconds(10);
  ThresholdPolicy policy({}, {first, NearLimit("batch", {{"unit", "batch"}}, 0.98)}, 1);
  ThresholdChoice plain;
  ThresholdChoice batch;

  EXPECT_EQ(policy.For("web-1", Netns({}), plain).near_limit_utilization_min, 0.95);
  const Thresholds& chosen = policy.For("web-1", Netns({{"unit", "batch"}}), batch);

  EXPECT_EQ(chosen.near_limit_utilization_min, 0.98);
  EXPECT_EQ(chosen.critical_time_left, absl::Seconds(10));
  EXPECT_EQ(chosen.stuck_utilization_min, 0.3);
}

TEST(ThresholdPolicy, SelectsByHostAndByNetns) {
  ThresholdPolicy policy(
      {},
      {NearLimit("host", {{"host", "web-1"}}, 0.6), NearLimit("netns", {{"netns", "blue"}}, 0.7)},
      1);
  ThresholdChoice first;
  ThresholdChoice second;
  NetnsSample other = Netns({});
  other.label = "red";

  EXPECT_EQ(policy.For("web-2", Netns({}), first).near_limit_utilization_min, 0.7);
  EXPECT_EQ(policy.For("web-1", other, second).near_limit_utilization_min, 0.6);
}

TEST(ThresholdPolicy, ChoosesAgainOnlyWhenTheLabelsAreOther) {
  ThresholdPolicy policy({}, {NearLimit("batch", {{"unit", "batch"}}, 0.98)}, 1);
  ThresholdChoice choice;
  const Thresholds& batch = policy.For("web-1", Netns({{"unit", "batch"}}), choice);

  EXPECT_EQ(&policy.For("web-1", Netns({{"unit", "batch"}}), choice), &batch);
  EXPECT_EQ(policy.For("web-1", Netns({{"unit", "web"}}), choice).near_limit_utilization_min, 0.9);
  EXPECT_EQ(&policy.For("web-1", Netns({{"unit", "batch"}}), choice), &batch);
}

TEST(ThresholdPolicy, CalmStaysBelowTheNearLimit) {
  ThresholdPolicy policy({}, {NearLimit("early", {}, 0.6)}, 1);
  ThresholdChoice choice;

  const Thresholds& early = policy.For("web-1", Netns({}), choice);

  EXPECT_DOUBLE_EQ(early.calm_utilization_max, 0.55);
  EXPECT_EQ(early.plenty_utilization_max, 0.5);
}

TEST(CheckOverrides, NamesTheThresholdAndItsBounds) {
  ThresholdOverrides overrides;
  EXPECT_TRUE(CheckOverrides(overrides).ok());
  EXPECT_TRUE(CheckOverrides(DefaultThresholds()).ok());
  EXPECT_TRUE(CheckOverrides(LeastThresholds()).ok());
  EXPECT_TRUE(CheckOverrides(LargestThresholds()).ok());

  overrides.near_limit_utilization_min = 90;
  EXPECT_EQ(CheckOverrides(overrides).message(),
            "near_limit_utilization_min: 90 is not within 0.5 and 1");
  overrides.near_limit_utilization_min = std::nan("");
  EXPECT_FALSE(CheckOverrides(overrides).ok());
  overrides.near_limit_utilization_min.reset();
  overrides.calm_time = absl::Hours(2);
  EXPECT_EQ(CheckOverrides(overrides).message(), "calm_time: 2h is not within 1s and 5m");
}

// 92 % in use, steadily: near the limit by default.
PoolSample NearlyFull() {
  PoolSample pool;
  pool.key.destination_port = 443;
  pool.capacity = 400;
  pool.in_use = pool.states[TcpState::kEstablished] = 368;
  pool.connection_rate = 0;
  pool.time_wait_rate = 0;
  return pool;
}

void RunNearlyFull(HostSimulator& host, int from, int until) {
  for (int second = from; second <= until; ++second) host.Observe(second, {NearlyFull()});
}

TEST(IncidentTrackerRules, AnOverrideKeepsAnHonestPoolQuiet) {
  HostSimulator plain;
  HostSimulator overridden;
  overridden.tracker().SetRules({NearLimit("honest", {{"named", "blue"}}, 0.97)});

  RunNearlyFull(plain, 1, 60);
  RunNearlyFull(overridden, 1, 60);

  EXPECT_EQ(plain.Only().cause, IncidentCause::kRangeTooSmall);
  EXPECT_THAT(overridden.Incidents(), IsEmpty());
}

TEST(IncidentTrackerRules, ARuleForOthersChangesNothing) {
  HostSimulator host;
  host.tracker().SetRules({NearLimit("others", {{"named", "red"}}, 0.97)});

  RunNearlyFull(host, 1, 60);

  EXPECT_EQ(host.Only().state, IncidentState::kOpen);
}

TEST(IncidentTrackerRules, TakeEffectOnARunningTrackerBothWays) {
  HostSimulator host;
  host.tracker().SetRules({NearLimit("honest", {}, 0.97)});
  RunNearlyFull(host, 1, 60);
  ASSERT_THAT(host.Incidents(), IsEmpty());

  host.tracker().SetRules({});
  RunNearlyFull(host, 61, 80);
  ASSERT_EQ(host.Only().state, IncidentState::kOpen);

  host.tracker().SetRules({NearLimit("honest", {}, 1)});
  RunNearlyFull(host, 81, 90);
  EXPECT_EQ(host.Only().state, IncidentState::kOpen) << "not calm below 0.85 yet";
}

TEST(IncidentTrackerRules, ALowNearLimitDoesNotFlap) {
  HostSimulator host;
  host.tracker().SetRules({NearLimit("early", {}, 0.6)});

  // To and fro across the limit, half a minute each, for an hour.
  for (int second = 1; second <= 3600; ++second) {
    PoolSample pool = NearlyFull();
    pool.in_use = pool.states[TcpState::kEstablished] = second / 30 % 2 == 0 ? 248 : 232;
    host.Observe(second, {pool});
  }

  EXPECT_EQ(host.Only().state, IncidentState::kOpen);
  EXPECT_LT(host.Only().timeline.size(), 10);
}

TEST(IncidentTrackerRules, MembersKeepTheLabelsOfTheirNamespace) {
  HostSimulator host;

  RunNearlyFull(host, 1, 30);

  EXPECT_EQ(host.Only().members.at(0).labels, (Labels{{"named", "blue"}}));
}

}  // namespace
}  // namespace berthmaster
