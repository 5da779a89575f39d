#include "cli/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

v1::Pool PoolOf(int capacity, double settled) {
  v1::Pool pool;
  pool.set_name("hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");
  pool.set_capacity(capacity);
  pool.set_in_use(200);
  pool.set_utilization(200.0 / capacity);
  pool.set_settled_utilization(settled);
  for (int seconds = 0; seconds <= 180; seconds += 2) {
    v1::ForecastPoint& point = *pool.add_forecast();
    point.mutable_offset()->set_seconds(seconds);
    point.set_in_use(200 + seconds);
  }
  return pool;
}

TEST(SimulationText, PutsNowAndThenSideBySide) {
  v1::SimulateRecommendationResponse response;
  *response.mutable_before() = PoolOf(400, 1.25);
  response.mutable_before()->mutable_time_to_exhaustion()->set_seconds(200);
  response.mutable_before()->mutable_time_to_exhaustion_min()->set_seconds(150);
  v1::ConnectCost& cost = *response.mutable_before()->mutable_settled_connect_cost();
  cost.mutable_cpu_each()->set_nanos(1'300'000);
  cost.set_core_share(0.5);
  *response.mutable_after() = PoolOf(800, 0.625);
  response.add_notes("half of it is guessed");
  v1::SettingAdvice& advice = *response.add_advice();
  advice.set_severity(v1::ADVICE_SEVERITY_ERROR);
  advice.set_setting("net.ipv4.tcp_fin_timeout");
  advice.set_value("10");
  advice.set_reason("It does not touch TIME_WAIT.");
  advice.set_instead("Widen the range.");

  const std::string text = SimulationText(response);

  EXPECT_THAT(text, testing::ContainsRegex("capacity +400 +800\n"));
  EXPECT_THAT(text, testing::ContainsRegex("settles at +125% +6[23]%\n"));
  EXPECT_THAT(text, HasSubstr("3m20s (2m30s to never)  -\n"));
  EXPECT_THAT(text, testing::ContainsRegex("connect.. then costs +1300us, 50% of a core +-\n"));
  EXPECT_THAT(text, testing::ContainsRegex("in use after 30s +230 +230\n"));
  EXPECT_THAT(text, HasSubstr("ERROR net.ipv4.tcp_fin_timeout = 10:\n"
                              "  It does not touch TIME_WAIT.\n  Instead: Widen the range.\n"));
  EXPECT_THAT(text, HasSubstr("How it was reckoned:\n  half of it is guessed\n"));
}

}  // namespace
}  // namespace berthmaster
