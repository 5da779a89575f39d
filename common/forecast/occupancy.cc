#include "common/forecast/occupancy.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berthmaster {
namespace {

const double kHold = absl::ToDoubleSeconds(kTimeWaitHold);
constexpr double kForEver = std::numeric_limits<double>::infinity();
// Keeps a slope finite where the delay is none.
constexpr double kDelayMinSeconds = 0.001;
// Beyond that nobody knows when a sample was taken and a socket ends: TIME_WAIT is released in
// batches of 2 s (kernel-facts, section 11).
constexpr double kTimingSeconds = 0.5;
// A ramp is a curve: it is cut into pieces of this length.
constexpr double kRampStepSeconds = 2;
// What a sloped or periodic load is followed for at most; the rest is one line.
constexpr double kShapedSecondsMax = 900;

// Whether TIME_WAIT in the pool is that of sockets, which end by the kernel's minute.
bool HasTimeWait(const PoolSample& pool) {
  return pool.kind == PoolKind::kConnect || pool.kind == PoolKind::kTimeWaitTable;
}

}  // namespace

Occupancy::Occupancy(const PoolSample& pool, std::optional<absl::Duration> reuse_delay,
                     const PoolLoad& load)
    : load_(load),
      time_wait_(HasTimeWait(pool) ? TimeWaitOf(pool) : 0),
      releases_(pool.time_wait_releases, time_wait_) {
  live_ = std::max(pool.in_use, 0) - time_wait_;
  SetReuse(pool, reuse_delay);
}

void Occupancy::SetReuse(const PoolSample& pool, std::optional<absl::Duration> reuse_delay) {
  const double reusable = std::clamp<double>(pool.reusable, 0, time_wait_);
  held_ = time_wait_ - reusable;
  if (!reuse_delay.has_value() || pool.kind != PoolKind::kConnect) return;
  delay_ = std::clamp(absl::ToDoubleSeconds(*reuse_delay), kDelayMinSeconds, kHold);
  young_ = std::min(releases_.YoungerThan(delay_), held_);
  // Peers without timestamps leave TIME_WAIT that no delay makes reusable. Only what is older by
  // a whole step of the histogram counts: at the edge itself a few sockets would weigh a minute
  // each. The +1 keeps a pool with hardly any from being judged by them.
  const double old = time_wait_ - releases_.YoungerThan(delay_ + kReleaseStepSeconds);
  reusable_share_ = std::min(1.0, (reusable + 1) / (old + 1));
  held_ -= reusable_share_ * young_;
}

bool Occupancy::endless() const {
  if (load_.growth_ends < kForEver || load_.arrivals.final_rate() <= 0) return false;
  return load_.hold == kForEver || load_.leaked_share > 0;
}

// The ages of the connections that are open now are taken as evenly spread.
double Occupancy::ClosedOfNow(double x) const {
  if (load_.hold == kForEver || load_.leaked_share > 0 || x <= 0) return 0;
  return live_ * std::min(x / load_.hold, 1.0);
}

template <typename Closed>
double Occupancy::Held(const Closed& closed, double x) const {
  const double now = closed(x);
  double held = (1 - reusable_share_) * (now - closed(x - kHold));
  if (reusable_share_ > 0) held += reusable_share_ * (now - closed(x - delay_));
  return load_.closed_here_share * held;
}

Occupancy::Point Occupancy::At(double x) const {
  double remaining = live_ - ClosedOfNow(x) + held_ * (1 - releases_.ShareEnded(x)) +
                     reusable_share_ * young_ * std::max(0.0, 1 - x / delay_);
  const double came = load_.arrivals.Within(std::min(x, load_.growth_ends));
  double arrived = came;
  if (load_.hold < kForEver) {
    remaining += Held([this](double y) { return ClosedOfNow(y); }, x);
    arrived += Held([this](double y) { return ClosedOfComing(y); }, x) - ClosedOfComing(x);
  }
  arrived = std::max(arrived, 0.0);
  const double rate_part = load_.relative_deviation * arrived;
  const double timing_part = x > 0 ? kTimingSeconds * std::min(load_.arrivals.rate(), arrived) : 0;
  const double variance =
      rate_part * rate_part + load_.dispersion * arrived + timing_part * timing_part;
  return {std::max(0.0, remaining + arrived), std::sqrt(variance)};
}

std::optional<double> Occupancy::Settled() const {
  if (endless()) return std::nullopt;
  if (load_.growth_ends < kForEver) return At(load_.growth_ends).in_use;
  const double period = load_.arrivals.period_seconds();
  if (period > 0) {
    double most = 0;
    const double from = load_.hold + kHold;
    for (double x = 0; x <= period; x += kReleaseStepSeconds) {
      most = std::max(most, At(from + x).in_use);
    }
    return most;
  }
  const double rate = load_.arrivals.final_rate();
  double live = load_.hold == kForEver || load_.leaked_share > 0 ? live_ : 0;
  if (rate > 0) live = rate * load_.hold;
  const double held = reusable_share_ * delay_ + (1 - reusable_share_) * kHold;
  return live + load_.closed_here_share * rate * held;
}

double Occupancy::SettledTimeWaitShare() const {
  const double time_wait = load_.closed_here_share *
                           (reusable_share_ * delay_ + (1 - reusable_share_) * kHold) *
                           load_.arrivals.final_rate();
  if (endless() || load_.hold == kForEver) {
    const double all = time_wait_ + live_;
    return all > 0 ? time_wait_ / all : 0;
  }
  const double all = time_wait + load_.arrivals.final_rate() * load_.hold;
  return all > 0 ? time_wait / all : 0;
}

double Occupancy::FillingShare() const {
  const double rate = load_.arrivals.rate();
  if (rate <= 0) return 0;
  // Over the coming seconds, not only in this one: expiries come in batches of 2 s.
  constexpr double kSpan = 4;
  return std::clamp((At(kSpan).in_use - At(0).in_use) / (rate * kSpan), 0.0, 1.0);
}

std::vector<double> Occupancy::Bends(double horizon) const {
  std::vector<double> bends;
  bends.reserve(256);
  for (int second = 0; second <= kReleaseSeconds; ++second) bends.push_back(second);
  const double hold = load_.hold < horizon ? load_.hold : 0;
  for (double x : {hold, delay_, kHold, hold + delay_, hold + kHold, load_.growth_ends}) {
    if (x < horizon) bends.push_back(x);
  }
  double shaped = load_.arrivals.slope_seconds();
  double step = kRampStepSeconds;
  if (load_.arrivals.period_seconds() > 0) {
    shaped = 2 * load_.arrivals.period_seconds();
    step = kReleaseStepSeconds;
  }
  if (shaped > 0) {
    shaped = std::min(shaped + hold + kHold, kShapedSecondsMax);
    for (double x = kReleaseSeconds; x <= shaped; x += step) bends.push_back(x);
  }
  bends.push_back(horizon);
  std::sort(bends.begin(), bends.end());
  return bends;
}

}  // namespace berthmaster
