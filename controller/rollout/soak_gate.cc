#include "controller/rollout/soak_gate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

std::string Percent(double share) { return absl::StrFormat("%.0f %%", share * 100); }

bool Exhausting(const Outlook& pool, absl::Duration within) {
  return pool.utilization >= kExhaustingUtilization ||
         (pool.time_to_exhaustion.has_value() && *pool.time_to_exhaustion <= within);
}

// Where the pool is going; above 1 it says by how much the load is too large.
double Pressure(const Outlook& pool) {
  return std::max(pool.utilization, pool.settled_utilization.value_or(pool.utilization));
}

std::string Describe(const Outlook& pool) {
  std::string text = absl::StrCat("the pool is at ", Percent(pool.utilization));
  if (pool.time_to_exhaustion.has_value()) {
    absl::StrAppend(&text, ", exhausted in ",
                    static_cast<int64_t>(absl::ToDoubleSeconds(*pool.time_to_exhaustion)), " s");
  } else if (pool.settled_utilization.has_value()) {
    absl::StrAppend(&text, ", settling at ", Percent(*pool.settled_utilization));
  }
  return text;
}

// The fullest pool of the targets; nothing when none has the pool any more.
std::optional<Outlook> WorstPool(const std::vector<TargetView>& targets) {
  std::optional<Outlook> worst;
  for (const TargetView& target : targets) {
    if (!target.pool.has_value()) continue;
    if (!worst.has_value() || Pressure(*target.pool) > Pressure(*worst)) worst = target.pool;
  }
  return worst;
}

bool Improved(const Outlook& before, const Outlook& after) {
  return Pressure(after) <= Pressure(before) * (1 - kImprovementMin);
}

}  // namespace

SoakResult JudgeSoak(const RolloutInputs& inputs) {
  const absl::Duration bound = inputs.soak * kSoaksMax;
  const bool late = inputs.in_state >= bound;
  const bool seen =
      !inputs.targets.empty() &&
      std::all_of(inputs.targets.begin(), inputs.targets.end(), [](const TargetView& target) {
        return target.samples_matching > 0 && target.samples_without_netns == 0;
      });
  if (!seen) {
    if (late) {
      return {SoakVerdict::kRevert,
              absl::StrCat("reverting: no sample has shown the new value for ",
                           absl::FormatDuration(bound))};
    }
    return {SoakVerdict::kWait, "applied; waits for a sample that shows it"};
  }
  const std::optional<Outlook> pool = WorstPool(inputs.targets);
  if (!pool.has_value()) {
    if (inputs.in_state < inputs.soak) {
      return {SoakVerdict::kWait, "applied; soaking, and the pool is empty"};
    }
    return {SoakVerdict::kConfirm, "confirmed: the value holds, and the pool is empty"};
  }
  if (!Exhausting(*pool, inputs.soak)) {
    if (inputs.in_state < inputs.soak) {
      return {SoakVerdict::kWait,
              absl::StrCat("applied; soaking for ", absl::FormatDuration(inputs.soak))};
    }
    return {SoakVerdict::kConfirm, absl::StrCat("confirmed: ", Describe(*pool))};
  }
  if (!late) return {SoakVerdict::kWait, "applied; waits for headroom in the pool"};
  if (inputs.before.has_value() && Improved(*inputs.before, *pool)) {
    return {SoakVerdict::kConfirm,
            absl::StrCat("confirmed: it helps but is not enough, ", Describe(*pool))};
  }
  return {SoakVerdict::kRevert, absl::StrCat("reverting: it did not help, ", Describe(*pool),
                                             " after ", absl::FormatDuration(bound))};
}

}  // namespace berthmaster
