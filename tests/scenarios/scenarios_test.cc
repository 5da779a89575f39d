// Every cause and every false friend, on real sockets: what the detector says of each, and when,
// against what the kernel then did.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/model/names.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/veth_fixture.h"
#include "tests/scenarios/scenario_run.h"

namespace berthmaster {
namespace {

// TIME_WAIT lasts 60 s, so a load has settled after that; the slowest leak is full after 80 s.
constexpr absl::Duration kLength = absl::Seconds(90);
// A forecast may be off by this share of the moment, or by one sample.
constexpr double kForecastErrorMax = 0.05;
constexpr absl::Duration kForecastErrorMin = absl::Seconds(1);
constexpr absl::Duration kForecastFrom = absl::Seconds(10);

std::string Describe(const ScenarioResult& result) {
  std::string text = absl::StrCat(
      "opened ", result.ok_count, ", first failure ",
      result.first_failure.has_value() ? absl::FormatDuration(*result.first_failure) : "none");
  for (const ScenarioResult::Opened& one : result.incidents) {
    absl::StrAppend(&text, "\n  incident at ", absl::FormatDuration(one.open_time), ": ",
                    CauseText(one.first_cause), ", then ", CauseText(one.last_cause),
                    one.is_resolved ? ", resolved: " : ": ", one.summary);
  }
  return text;
}

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all = SickScenarios();
  for (Scenario& scenario : HealthyScenarios()) all.push_back(std::move(scenario));
  return all;
}

std::string ScenarioName(const testing::TestParamInfo<size_t>& info) {
  return AllScenarios()[info.param].name;
}

class Scenarios : public testing::TestWithParam<size_t> {
 protected:
  static void SetUpTestSuite() {
    if (!CanMakeNetns() || !HasProgram("nft") || !HasProgram("ip")) return;
    run = std::make_unique<ScenarioRun>(AllScenarios());
    if (const char* path = std::getenv("BERTHMASTER_SCENARIO_RECORDING")) run->RecordTo(path);
    run->Play(kLength);
  }
  static void TearDownTestSuite() { run.reset(); }
  void SetUp() override {
    if (run == nullptr) GTEST_SKIP() << kNeedsRoot << ", and ip and nft";
    scenario_ = AllScenarios()[GetParam()];
  }
  const ScenarioResult& result() const { return run->results()[GetParam()]; }

  static std::unique_ptr<ScenarioRun> run;
  Scenario scenario_{};
};

std::unique_ptr<ScenarioRun> Scenarios::run;

TEST_P(Scenarios, HasItsIncidentOrNone) {
  SCOPED_TRACE(Describe(result()));
  EXPECT_EQ(result().failed_count, 0);
  if (!scenario_.cause.has_value()) {
    EXPECT_FALSE(result().first_failure.has_value()) << "the scenario is not healthy";
    EXPECT_TRUE(result().incidents.empty());
    return;
  }
  ASSERT_FALSE(result().incidents.empty()) << "missed";
  for (const ScenarioResult::Opened& one : result().incidents) {
    EXPECT_EQ(std::string(CauseText(one.last_cause)), CauseText(*scenario_.cause));
  }
  EXPECT_EQ(result().incidents.size(), 1u);
}

TEST_P(Scenarios, IsWarnedOfInTime) {
  if (!scenario_.cause.has_value() || !result().first_failure.has_value()) {
    GTEST_SKIP() << "nothing fails here";
  }
  SCOPED_TRACE(Describe(result()));
  ASSERT_FALSE(result().incidents.empty());
  const double left = absl::FDivDuration(
      *result().first_failure - result().incidents.front().open_time, *result().first_failure);
  std::printf("  warned %.0f %% of the time before the first failure\n", 100 * left);
  EXPECT_GE(left, scenario_.warning_share_min);
}

TEST_P(Scenarios, IsForetoldToTheSecond) {
  if (!scenario_.is_steady) GTEST_SKIP() << "the load is not even from its start";
  SCOPED_TRACE(Describe(result()));
  ASSERT_TRUE(result().first_failure.has_value());
  const absl::Duration bar =
      std::max(kForecastErrorMax * *result().first_failure, kForecastErrorMin);
  int count = 0;
  for (const ScenarioResult::Foretold& one : result().foretold) {
    if (one.sample_time < kForecastFrom || one.sample_time > *result().first_failure) continue;
    ++count;
    EXPECT_LE(absl::AbsDuration(one.exhaustion_time - *result().first_failure), bar)
        << "foretold at " << absl::FormatDuration(one.sample_time) << " for "
        << absl::FormatDuration(one.exhaustion_time);
  }
  EXPECT_GE(count, 5);
}

TEST_P(Scenarios, IsTheSameWhenTheWallClockSteps) {
  const std::vector<IncidentCause>& causes = run->stepped_causes()[GetParam()];
  SCOPED_TRACE(Describe(result()));
  if (!scenario_.cause.has_value()) {
    EXPECT_TRUE(causes.empty());
    return;
  }
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(std::string(CauseText(causes.front())), CauseText(*scenario_.cause));
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::Range(size_t{0}, AllScenarios().size()),
                         ScenarioName);

}  // namespace
}  // namespace berthmaster
