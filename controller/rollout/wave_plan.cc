#include "controller/rollout/wave_plan.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

constexpr int32_t kFailedTargetsMax = 1000;

absl::Status Wrong(absl::string_view what) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "PLAN_INVALID",
                      absl::StrCat("plan.", what));
}

absl::Status CheckWave(size_t place, const WaveSize& wave) {
  const bool is_count = wave.percent == 0 && wave.count >= 1 &&
                        wave.count <= static_cast<int32_t>(kRolloutTargetsMax);
  const bool is_percent = wave.count == 0 && wave.percent >= 1 && wave.percent <= 100;
  if (is_count || is_percent) return absl::OkStatus();
  return Wrong(absl::StrCat("waves[", place, "]: give a count of 1 to ", kRolloutTargetsMax,
                            " or a percent of 1 to 100"));
}

// A tenth, a half, the rest.
std::vector<WaveSize> WavesOf(const RolloutPlan& plan) {
  if (!plan.waves.empty()) return plan.waves;
  return {{.count = 0, .percent = 10}, {.count = 0, .percent = 50}};
}

size_t SizeOf(const WaveSize& wave, size_t total) {
  if (wave.percent == 0) return static_cast<size_t>(wave.count);
  return std::max<size_t>(1, total * static_cast<size_t>(wave.percent) / 100);
}

void SpreadOverHosts(std::vector<RolloutTarget>& targets) {
  std::map<std::string, int> seen;
  std::vector<std::pair<int, RolloutTarget>> by_round;
  by_round.reserve(targets.size());
  for (RolloutTarget& target : targets) {
    const int round = seen[target.host_id]++;
    by_round.emplace_back(round, std::move(target));
  }
  std::stable_sort(by_round.begin(), by_round.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < targets.size(); ++i) targets[i] = std::move(by_round[i].second);
}

}  // namespace

absl::Status CheckPlan(const RolloutPlan& plan) {
  if (absl::Status status = CheckSelector("selector", plan.selector, SelectorUse::kTargets);
      !status.ok()) {
    return Wrong(status.message());
  }
  if (plan.canary_count < 1 || plan.canary_count > kCanaryCountMax) {
    return Wrong(
        absl::StrCat("canary_count: ", plan.canary_count, " is not 1 to ", kCanaryCountMax));
  }
  if (plan.waves.size() > kWavesMax) {
    return Wrong(
        absl::StrCat("waves: has ", plan.waves.size(), "; at most ", kWavesMax, " are allowed"));
  }
  for (size_t i = 0; i < plan.waves.size(); ++i) {
    BERTHMASTER_RETURN_IF_ERROR(CheckWave(i, plan.waves[i]));
  }
  if (plan.soak < absl::ZeroDuration() || plan.soak > kPlanSoakMax) {
    return Wrong(absl::StrCat("soak: ", absl::FormatDuration(plan.soak), " is not 0 s to ",
                              absl::FormatDuration(kPlanSoakMax)));
  }
  if (plan.failed_targets_max < 0 || plan.failed_targets_max > kFailedTargetsMax) {
    return Wrong(absl::StrCat("failed_targets_max: ", plan.failed_targets_max, " is not 0 to ",
                              kFailedTargetsMax));
  }
  if (plan.follows && plan.selector.empty()) {
    return Wrong("follows: needs a selector that later namespaces can match");
  }
  return absl::OkStatus();
}

int32_t AssignWaves(const RolloutPlan& plan, std::vector<RolloutTarget>& targets) {
  SpreadOverHosts(targets);
  const size_t total = targets.size();
  size_t next = 0;
  int32_t wave = 0;
  auto take = [&](size_t size) {
    if (next >= total) return;
    const size_t end = std::min(total, next + size);
    for (; next < end; ++next) targets[next].wave = wave;
    ++wave;
  };
  take(static_cast<size_t>(plan.canary_count));
  for (const WaveSize& size : WavesOf(plan)) take(SizeOf(size, total));
  take(total);
  return wave;
}

}  // namespace berthmaster
