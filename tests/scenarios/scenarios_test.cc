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
constexpr absl::Duration kSampleTime = absl::Seconds(1);
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
    // They are played once, for all suites below.
    if (run != nullptr || !CanMakeNetns() || !HasProgram("nft") || !HasProgram("ip")) return;
    run = std::make_unique<ScenarioRun>(AllScenarios());
    if (const char* path = std::getenv("BERTHMASTER_SCENARIO_RECORDING")) run->RecordTo(path);
    run->Play(kLength);
  }
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

// Those in which something fails if nobody does anything.
class FailingScenarios : public Scenarios {};

TEST_P(FailingScenarios, AreWarnedOfInTime) {
  SCOPED_TRACE(Describe(result()));
  ASSERT_TRUE(result().first_failure.has_value());
  ASSERT_FALSE(result().incidents.empty());
  const double left = absl::FDivDuration(
      *result().first_failure - result().incidents.front().open_time, *result().first_failure);
  std::printf("  warned %.0f %% of the time before the first failure\n", 100 * left);
  // What happens is seen with the sample after it, a second later at most.
  const double sample_share = absl::FDivDuration(kSampleTime, *result().first_failure);
  EXPECT_GE(left + sample_share, scenario_.warning_share_min);
}

class SteadyScenarios : public Scenarios {};

TEST_P(SteadyScenarios, AreForetoldToTheSecond) {
  SCOPED_TRACE(Describe(result()));
  ASSERT_TRUE(result().first_failure.has_value());
  const absl::Duration bar = std::max(kForecastErrorMax * *result().first_failure, kSampleTime);
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

// The numbers of the scenarios that are so.
std::vector<size_t> Numbers(bool (*is_so)(const Scenario& scenario)) {
  const std::vector<Scenario> all = AllScenarios();
  std::vector<size_t> numbers;
  for (size_t number = 0; number < all.size(); ++number) {
    if (is_so(all[number])) numbers.push_back(number);
  }
  return numbers;
}

INSTANTIATE_TEST_SUITE_P(All, FailingScenarios,
                         testing::ValuesIn(Numbers([](const Scenario& scenario) {
                           return scenario.is_failing;
                         })),
                         ScenarioName);
INSTANTIATE_TEST_SUITE_P(All, SteadyScenarios,
                         testing::ValuesIn(Numbers([](const Scenario& scenario) {
                           return scenario.is_steady;
                         })),
                         ScenarioName);
INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::Range(size_t{0}, AllScenarios().size()),
                         ScenarioName);

}  // namespace
}  // namespace berthmaster
