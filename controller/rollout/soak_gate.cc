#include "controller/rollout/soak_gate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

// A pool may settle so much higher than predicted before that counts: the load moves meanwhile.
constexpr double kPredictionFactorMax = 1.25;
constexpr double kPredictionSlack = 0.1;
// Fewer events than this are no rise, whatever the rate was before.
constexpr double kGateEventsMin = 5;
// A rate before the change that was watched for less than this says nothing.
constexpr absl::Duration kGateSpanMin = absl::Seconds(5);

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

bool Improved(const Outlook& before, const Outlook& after) {
  return Pressure(after) <= Pressure(before) * (1 - kImprovementMin);
}

// Whether the pool went where the forecast before the change said that it would.
bool AsPredicted(const std::optional<Outlook>& predicted, const Outlook& pool) {
  if (!predicted.has_value()) return true;
  return Pressure(pool) <= Pressure(*predicted) * kPredictionFactorMax + kPredictionSlack;
}

// Whether `after` is more than what `before` leads to expect, with its load doubled: then it is
// neither chance (three deviations of a Poisson count) nor the connections that get through now.
bool Rose(int64_t before, absl::Duration before_span, int64_t after, absl::Duration after_span) {
  const double expected =
      2 * static_cast<double>(before) * absl::FDivDuration(after_span, before_span);
  return static_cast<double>(after) > expected + 3 * std::sqrt(expected + 1) + kGateEventsMin;
}

std::string PerSecond(int64_t count, absl::Duration span) {
  return absl::StrFormat("%.1f/s", static_cast<double>(count) / absl::ToDoubleSeconds(span));
}

}  // namespace

std::optional<std::string> WorseThanBefore(const RolloutTarget& target, const GateCounts& since) {
  const GateCounts& before = target.counts_before;
  if (before.span < kGateSpanMin || since.span <= absl::ZeroDuration()) return std::nullopt;
  struct Gate {
    absl::string_view name;
    int64_t before;
    int64_t since;
  };
  const Gate gates[] = {
      {"failed connects", before.failures, since.failures},
      {"resets", before.resets, since.resets},
      {"retransmits", before.retransmits, since.retransmits},
      {"TIME_WAIT overflows", before.time_wait_overflows, since.time_wait_overflows},
  };
  for (const Gate& gate : gates) {
    if (!Rose(gate.before, before.span, gate.since, since.span)) continue;
    return absl::StrCat(gate.name, " rose from ", PerSecond(gate.before, before.span), " to ",
                        PerSecond(gate.since, since.span));
  }
  return std::nullopt;
}

SoakResult JudgeSoak(const RolloutTarget& target, const TargetView& view,
                     const RolloutInputs& inputs) {
  // Without a soak a sample must show it all the same.
  const absl::Duration bound = std::max(inputs.soak * kSoaksMax, inputs.apply_timeout);
  const bool late = view.in_state >= bound;
  if (std::optional<std::string> worse = WorseThanBefore(target, view.counts_since)) {
    return {SoakVerdict::kRevert, absl::StrCat("reverting: ", *worse)};
  }
  if (view.samples_matching == 0 || view.samples_without_netns > 0) {
    if (late) {
      return {SoakVerdict::kRevert,
              absl::StrCat("reverting: no sample has shown the new value for ",
                           absl::FormatDuration(bound))};
    }
    return {SoakVerdict::kWait, "applied; waits for a sample that shows it"};
  }
  const std::optional<Outlook>& pool = view.pool;
  if (!pool.has_value()) {
    if (view.in_state < inputs.soak) {
      return {SoakVerdict::kWait, "applied; soaking, and the pool is empty"};
    }
    return {SoakVerdict::kConfirm, "confirmed: the value holds, and the pool is empty"};
  }
  const bool exhausting = Exhausting(*pool, inputs.soak);
  const bool as_predicted = AsPredicted(target.predicted, *pool);
  if (!exhausting && as_predicted) {
    if (view.in_state < inputs.soak) {
      return {SoakVerdict::kWait,
              absl::StrCat("applied; soaking for ", absl::FormatDuration(inputs.soak))};
    }
    return {SoakVerdict::kConfirm, absl::StrCat("confirmed: ", Describe(*pool))};
  }
  if (!late) {
    return {SoakVerdict::kWait,
            exhausting ? "applied; waits for headroom in the pool"
                       : absl::StrCat("applied; waits for the pool to settle as predicted, at ",
                                      Percent(Pressure(*target.predicted)))};
  }
  if (target.before.has_value() && Improved(*target.before, *pool)) {
    return {SoakVerdict::kConfirm,
            absl::StrCat("confirmed: it helps but is not enough, ", Describe(*pool))};
  }
  // The load may have grown since the forecast: what has room is not worse for the change.
  if (!exhausting && !target.before.has_value()) {
    return {SoakVerdict::kConfirm, absl::StrCat("confirmed: ", Describe(*pool))};
  }
  return {SoakVerdict::kRevert, absl::StrCat("reverting: it did not help, ", Describe(*pool),
                                             " after ", absl::FormatDuration(bound))};
}

}  // namespace berthmaster
