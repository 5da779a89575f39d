#include "controller/api/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/status/reason.h"
#include "tests/controller/api/sample_fleet.h"

namespace berthmaster {
namespace {

// 20 a second, each open for 2 s, closed first here: it settles at 1260 of 1000.
class SimulationTest : public ::testing::Test {
 protected:
  SimulationTest() {
    PoolSample pool = MakePool("10.0.0.2", 600);
    pool.states[TcpState::kTimeWait] = 560;
    pool.states[TcpState::kEstablished] = 40;
    pool.connection_rate = pool.time_wait_rate = 20;
    pool.hold_time = absl::Seconds(2);
    pool.time_wait_releases.assign(62, 0);
    for (int second = 33; second < 61; ++second) {
      pool.time_wait_releases[static_cast<size_t>(second)] = 20;
    }
    NetnsSample netns = MakeNetns(7, {pool});
    netns.sysctls = {{"net.ipv4.ip_local_port_range", "40000 40999"},
                     {"net.ipv4.ip_local_reserved_ports", ""},
                     {"net.ipv4.tcp_tw_reuse", "2"},
                     {"net.ipv4.tcp_fin_timeout", "60"},
                     {"net.ipv4.tcp_timestamps", "1"}};
    fleet_.Put(MakeHost("web-1", {netns}));
    request_.set_pool("hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");
  }

  absl::Status Fill() { return FillSimulation(fleet_, request_, response_); }

  Fleet fleet_;
  v1::SimulateRecommendationRequest request_;
  v1::SimulateRecommendationResponse response_;
};

TEST_F(SimulationTest, GivesBothCurves) {
  (*request_.mutable_settings())["net.ipv4.ip_local_port_range"] = "40000 42999";
  request_.set_rate_factor(2);

  ASSERT_EQ(Fill(), absl::OkStatus());

  EXPECT_EQ(response_.before().capacity(), 1000);
  EXPECT_NEAR(response_.before().settled_utilization(), 1.26, 0.01);
  EXPECT_TRUE(response_.before().has_time_to_exhaustion());
  EXPECT_EQ(response_.before().forecast_size(), 91);
  EXPECT_EQ(response_.after().capacity(), 3000);
  EXPECT_NEAR(response_.after().settled_utilization(), 2520.0 / 3000, 0.01);
  EXPECT_FALSE(response_.after().has_time_to_exhaustion());
  EXPECT_EQ(response_.after().forecast_size(), 91);
  EXPECT_EQ(response_.after().name(), request_.pool());
}

TEST_F(SimulationTest, TakesEveryParameterOfTheLoad) {
  request_.mutable_hold_time()->set_seconds(5);
  request_.set_source_address_factor(2);
  request_.set_destination_factor(3);
  ASSERT_EQ(Fill(), absl::OkStatus());
  EXPECT_NEAR(response_.after().settled_utilization(), 20 * 66.0 / 6 / 1000, 0.01);

  request_.set_connection_pool_size(50);
  ASSERT_EQ(Fill(), absl::OkStatus());
  EXPECT_NEAR(response_.after().settled_utilization(), 0.05, 1e-9);
}

TEST_F(SimulationTest, AnswersWrongAdvice) {
  (*request_.mutable_settings())["tcp_fin_timeout"] = "10";
  (*request_.mutable_settings())["tcp_tw_recycle"] = "1";

  ASSERT_EQ(Fill(), absl::OkStatus());

  EXPECT_EQ(response_.after().settled_utilization(), response_.before().settled_utilization());
  int errors = 0;
  for (const v1::SettingAdvice& advice : response_.advice()) {
    errors += advice.severity() == v1::ADVICE_SEVERITY_ERROR ? 1 : 0;
  }
  EXPECT_EQ(errors, 2);
}

TEST_F(SimulationTest, RefusesHostileRequests) {
  (*request_.mutable_settings())["net.ipv4.no_such_thing\n"] = "1";
  EXPECT_EQ(Fill().code(), absl::StatusCode::kInvalidArgument);
  request_.mutable_settings()->clear();
  (*request_.mutable_settings())["net.ipv4.ip_local_port_range"] = "x";
  EXPECT_EQ(ReasonOf(Fill()), "WHAT_IF_INVALID");
  request_.mutable_settings()->clear();
  for (int i = 0; i <= kSimulatedSettingsMax; ++i) {
    (*request_.mutable_settings())[std::string(static_cast<size_t>(i) + 1, 'a')] = "1";
  }
  EXPECT_EQ(Fill().code(), absl::StatusCode::kInvalidArgument);
  request_.mutable_settings()->clear();
  request_.set_rate_factor(-1);
  EXPECT_EQ(Fill().code(), absl::StatusCode::kInvalidArgument);
  request_.set_rate_factor(std::nan(""));
  EXPECT_EQ(Fill().code(), absl::StatusCode::kInvalidArgument);
  request_.set_rate_factor(1);
  request_.set_pool("hosts/web-1/netns/7/pools/10.0.0.1-10.9.9.9-443");
  EXPECT_EQ(Fill().code(), absl::StatusCode::kNotFound);
  request_.set_pool("nonsense");
  EXPECT_EQ(Fill().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace berthmaster
