// Every number that a recommendation gives, carried out on real sockets: what the what-if said of
// the pool against what the kernel then did.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/veth_fixture.h"
#include "tests/remedies/remedy_run.h"

namespace berthmaster {
namespace {

// The longest case waits for conntrack's TIME_WAIT of 120 s.
constexpr absl::Duration kTimeMax = absl::Seconds(200);
constexpr int kNice = -10;
// By how much of what was promised the measured utilization may be off.
constexpr double kErrorMax = 0.1;

std::vector<RemedyCase> AllCases() {
  std::vector<RemedyCase> all;
  for (auto* cases : {PortCases, WaitingCases, NatCases, ApplicationCases}) {
    for (RemedyCase& one : cases()) all.push_back(std::move(one));
  }
  return all;
}

std::string CaseName(const testing::TestParamInfo<size_t>& info) {
  return AllCases()[info.param].name;
}

std::string PercentOf(std::optional<double> share) {
  return share.has_value() ? absl::StrFormat("%.2f %%", 100 * *share) : "not foretold";
}

std::string Describe(const RemedyResult& result) {
  std::string text = absl::StrCat("incident: ", result.incident);
  if (!result.recommendation.has_value()) return text;
  absl::StrAppend(&text, "\n  at ",
                  absl::FormatDuration(absl::Trunc(result.apply_time, absl::Milliseconds(100))),
                  ": ", result.recommendation->summary);
  for (const SysctlChange& change : result.recommendation->changes) {
    absl::StrAppend(&text, "\n    ", change.sysctl, ": ", change.expected_value, " -> ",
                    change.desired_value);
  }
  for (const RemedyResult::Figure& figure : result.figures) {
    absl::StrAppend(
        &text, "\n  ", figure.pool, ": foretold ", PercentOf(figure.promise.utilization), " of ",
        figure.promise.capacity.value_or(0), ", measured ", PercentOf(figure.utilization), " (",
        PercentOf(figure.utilization_min), " to ", PercentOf(figure.utilization_max), ") of ",
        figure.capacity,
        figure.promise.utilization.value_or(0) > 0
            ? absl::StrFormat(", off by %+.1f %%",
                              100 * (figure.utilization / *figure.promise.utilization - 1))
            : "");
  }
  return text;
}

class Remedies : public testing::TestWithParam<size_t> {
 protected:
  static void SetUpTestSuite() {
    if (!CanMakeNetns() || !HasProgram("nft") || !HasProgram("ip")) return;
    // A load is even only as long as it gets its turn, whatever else runs here.
    setpriority(PRIO_PROCESS, 0, kNice);
    run = std::make_unique<RemedyRun>(AllCases());
    run->Play(kTimeMax);
  }
  static void TearDownTestSuite() { run.reset(); }
  void SetUp() override {
    if (run == nullptr) GTEST_SKIP() << kNeedsRoot << ", and ip and nft";
  }

  static inline std::unique_ptr<RemedyRun> run;
};

TEST_P(Remedies, DoWhatTheWhatIfSays) {
  const RemedyResult& result = run->results()[GetParam()];
  std::printf("  %s\n", Describe(result).c_str());
  ASSERT_TRUE(result.recommendation.has_value()) << "not recommended";
  ASSERT_TRUE(result.applied.ok()) << result.applied;
  ASSERT_TRUE(result.is_done) << "not measured in time";
  EXPECT_EQ(result.failures_after, 0);
  EXPECT_EQ(result.counter_rise, 0);
  for (const RemedyResult::Figure& figure : result.figures) {
    SCOPED_TRACE(figure.pool);
    const Promise& promise = figure.promise;
    EXPECT_EQ(figure.capacity, promise.capacity.value_or(figure.capacity));
    if (!promise.utilization.has_value()) continue;
    EXPECT_LE(std::abs(figure.utilization - *promise.utilization), kErrorMax * *promise.utilization)
        << "foretold " << PercentOf(promise.utilization) << ", measured "
        << PercentOf(figure.utilization);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Remedies, testing::Range(size_t{0}, AllCases().size()), CaseName);

}  // namespace
}  // namespace berthmaster
