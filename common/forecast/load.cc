#include "common/forecast/load.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "common/forecast/load_shape.h"
#include "common/forecast/releases.h"

namespace berthmaster {
namespace {

// No host opens more per second, and less than one in a week is none: keeps what is counted with a
// rate finite.
constexpr double kRateMax = 1e9;
constexpr double kRateMin = 1e-6;
// No history reaches further back.
constexpr absl::Duration kHistorySpanMax = absl::Hours(24);
// A rate that is less known than this is not known.
constexpr double kRelativeDeviationMax = 10;
// Connections shorter than this leave too few open at once to count closes by Little's law, and
// close so soon that the closes show when they were opened.
constexpr double kShortHoldSeconds = 2;
// Beyond this hold the closes of the last minute tell too little of the opens of now.
constexpr double kEvenHoldMaxSeconds = 20;
// Nearly all: the rest is one socket at the edge of the rate window.
constexpr double kAllClosedHere = 0.95;
// Keeps the slope of the live part finite for connections of no length.
constexpr double kHoldMinSeconds = 0.001;
// The shortest and the longest span over which an agent takes a rate.
constexpr size_t kRateWindowMin = 5;
constexpr size_t kRateWindowMax = 20;
// A rate is that of the histogram when they differ by no more than this share: rounding.
constexpr double kSameRate = 0.001;
// Growth has to be this many sigma to be no chance.
constexpr double kGrowthSigmas = 3;
// Growth over longer than the agent's own window is the better figure.
constexpr double kGrowthSpanSeconds = 15;
// For so long after it was cut off a pool's load counts as more than is let through.
constexpr absl::Duration kCutOffMemory = absl::Seconds(15);
// A leak beside short connections shows only after they had the time to be closed.
constexpr double kLeakSpanSeconds = 60;
constexpr double kLeakSpanHolds = 1.5;
// From this share of TIME_WAIT on, it is what the pool is about.
constexpr double kMostlyTimeWait = 0.5;

std::optional<double> Known(std::optional<double> rate) {
  if (!rate.has_value() || !std::isfinite(*rate)) return std::nullopt;
  return *rate < kRateMin ? 0 : std::min(*rate, kRateMax);
}

bool IsClear(const std::optional<double>& growth, double deviation) {
  return growth.has_value() && std::abs(*growth) >= kGrowthSigmas * deviation && *growth != 0;
}

// Whether the rate of a sample is a mean of the histogram, and not one that somebody put in its
// place to ask what would be if.
bool IsOfHistogram(double rate, const std::vector<double>& closes) {
  double all = 0;
  for (double count : closes) all += count;
  double sum = 0;
  const auto is_same = [rate](double mean) { return std::abs(mean - rate) <= kSameRate * rate; };
  for (size_t seconds = 1; seconds <= kRateWindowMax; ++seconds) {
    sum += closes[seconds - 1];
    const bool is_window = seconds % kRateWindowMin == 0;
    // A load that began within the window is taken from then, whole seconds or not.
    const bool is_young = all - sum <= closes[seconds];
    if ((is_window || is_young) && is_same(sum / static_cast<double>(seconds))) return true;
  }
  return is_same(all / static_cast<double>(kRateWindowMin));
}

double PeakOf(const std::vector<double>& closes) {
  double most = 0;
  for (size_t from = 0; from + kRateWindowMin <= closes.size(); ++from) {
    double sum = 0;
    for (size_t i = from; i < from + kRateWindowMin; ++i) sum += closes[i];
    most = std::max(most, sum / static_cast<double>(kRateWindowMin));
  }
  return most;
}

double PoissonDeviation(double rate, double seconds) {
  return rate > 0 ? 1 / std::sqrt(rate * seconds) : 0;
}

bool IsSane(const LoadHistory& history) {
  for (double figure : {history.rate_slope, history.rate_deviation, history.rate_peak,
                        history.growth_rate.value_or(0), history.growth_deviation}) {
    if (!(std::abs(figure) <= kRateMax)) return false;
  }
  for (absl::Duration span : {history.slope_span, history.period_offset, history.growth_span}) {
    if (span < absl::ZeroDuration() || span > kHistorySpanMax) return false;
  }
  return history.rate_deviation >= 0 && history.growth_deviation >= 0 &&
         std::all_of(history.period_arrivals.begin(), history.period_arrivals.end(),
                     [](double count) { return std::abs(count) <= kRateMax; });
}

// The growth of what has no rate: ports, entries, a queue.
std::optional<PoolLoad> GrowthLoad(const PoolSample& pool, absl::Duration conntrack_hold,
                                   const LoadHistory* history) {
  if (history == nullptr || !Known(history->growth_rate).has_value()) return std::nullopt;
  PoolLoad load;
  const double growth = *Known(history->growth_rate);
  const bool is_clear = IsClear(history->growth_rate, history->growth_deviation);
  load.arrivals = Arrivals(is_clear ? growth : 0, 0, 0);
  if (is_clear && growth > 0) load.relative_deviation = history->growth_deviation / growth;
  const double span = absl::ToDoubleSeconds(history->growth_span);
  const double hold = absl::ToDoubleSeconds(conntrack_hold);
  if (pool.kind == PoolKind::kSnat && TimeWaitOf(pool) >= kMostlyTimeWait * pool.in_use &&
      span < hold) {
    load.growth_ends = hold - span;
  }
  return load;
}

// The sample's own figures, without what the past tells.
PoolLoad LoadOfSample(const PoolSample& pool, double rate) {
  PoolLoad load;
  const double closed_first_here = Known(pool.time_wait_rate).value_or(0);
  load.arrivals = Arrivals(rate, 0, 0);
  if (pool.kind == PoolKind::kTimeWaitTable) {
    load.hold = kHoldMinSeconds;
    load.closed_here_share = 1;
    return load;
  }
  const double live = std::max(pool.in_use, 0) - TimeWaitOf(pool);
  if (pool.hold_time.has_value() && *pool.hold_time >= absl::ZeroDuration()) {
    load.hold = std::max(absl::ToDoubleSeconds(*pool.hold_time), kHoldMinSeconds);
  } else if (closed_first_here > 0) {
    load.hold = std::max(live / closed_first_here, kHoldMinSeconds);
  }
  if (closed_first_here <= 0 || std::isinf(load.hold)) return load;
  // While a load with long connections starts, fewer close than open: the share is that of the
  // closes, not of the opens.
  double closes = rate;
  if (load.hold >= kShortHoldSeconds) closes = std::min(closes, live / load.hold);
  load.closed_here_share =
      closed_first_here < closes * kAllClosedHere ? closed_first_here / closes : 1;
  return load;
}

// What the last minute of closes tells of short connections. `rate` is the sample's.
void ApplyShape(const LoadShape& shape, double rate, double time_wait_rate,
                const std::vector<double>& closes, PoolLoad& load) {
  // Where the peer closes most of them, this side's closes are a poor sample of the load.
  if (time_wait_rate < kMostlyTimeWait * rate) return;
  load.dispersion = shape.dispersion;
  if (shape.rate > 0) load.relative_deviation = shape.rate_deviation / shape.rate;
  // A rate that was put in place keeps its value; the shape says only how sure it is.
  if (!IsOfHistogram(time_wait_rate, closes)) return;
  const double scale = time_wait_rate > 0 ? rate / time_wait_rate : 1;
  if (shape.period.empty()) {
    load.arrivals = Arrivals(scale * shape.rate, scale * shape.slope, shape.seconds);
    return;
  }
  std::vector<double> period = shape.period;
  for (double& count : period) count *= scale;
  load.arrivals = Arrivals(period, kReleaseStepSeconds, 0);
}

// Longer connections are closed as evenly as they were opened, a hold later: where the closes go on
// at the rate of now, they tell how even it is.
// False where they do not.
bool ApplyEvenness(const PoolSample& pool, double rate, double time_wait_rate, PoolLoad& load) {
  if (load.hold > kEvenHoldMaxSeconds || rate <= 0) return false;
  if (time_wait_rate < kMostlyTimeWait * rate) return false;
  const std::vector<double> closes = ClosesBySecond(pool.time_wait_releases);
  if (closes.empty()) return false;
  const std::optional<LoadShape> shape = ShapeOf(closes, kReleaseStepSeconds);
  if (!shape.has_value() || shape->rate <= 0 || shape->slope != 0 || !shape->period.empty()) {
    return false;
  }
  const double closed = shape->rate * rate / time_wait_rate;
  if (std::abs(closed - rate) > PoissonDeviation(rate, kRateWindowMin) * rate) return false;
  load.dispersion = shape->dispersion;
  load.relative_deviation = shape->rate_deviation / shape->rate;
  return true;
}

void ApplyHistory(const LoadHistory& history, double rate, PoolLoad& load) {
  const auto window = static_cast<double>(kRateWindowMin);
  if (!history.period_arrivals.empty()) {
    load.arrivals = Arrivals(history.period_arrivals, absl::ToDoubleSeconds(kHistoryBin),
                             absl::ToDoubleSeconds(history.period_offset));
  } else if (history.rate_slope != 0) {
    // The sample's rate is that of half a window ago.
    load.arrivals = Arrivals(rate + history.rate_slope * window / 2, history.rate_slope,
                             absl::ToDoubleSeconds(history.slope_span));
  }
}

void ApplyNoise(const LoadHistory& history, double rate, PoolLoad& load) {
  if (rate <= 0) return;
  const double poisson = PoissonDeviation(rate, static_cast<double>(kRateWindowMin));
  load.relative_deviation =
      std::clamp(history.rate_deviation / rate, poisson, std::max(poisson, kRelativeDeviationMax));
  load.dispersion = std::max(1.0, std::pow(load.relative_deviation / poisson, 2));
}

// Sockets that pile up for minutes beside ones that come and go, or alone.
void ApplyLeak(const LoadHistory& history, double rate, PoolLoad& load) {
  const double span = absl::ToDoubleSeconds(history.growth_span);
  if (!history.growth_rate.has_value() || span < kGrowthSpanSeconds) return;
  const double growth = std::max(0.0, *history.growth_rate);
  const bool is_clear = IsClear(history.growth_rate, history.growth_deviation);
  if (std::isinf(load.hold)) {
    // Over minutes the growth is known better than over the agent's window.
    load.arrivals = Arrivals(is_clear ? growth : 0, 0, 0);
    load.relative_deviation = is_clear && growth > 0 ? history.growth_deviation / growth : 0;
    return;
  }
  if (is_clear && growth > 0 && rate > 0 &&
      span >= std::max(kLeakSpanSeconds, kLeakSpanHolds * load.hold)) {
    load.leaked_share = std::min(1.0, growth / rate);
    // What is open now are the leaked ones; how short the others are, nobody sees behind them.
    load.hold = kHoldMinSeconds;
  }
}

}  // namespace

bool IsCutOff(const PoolSample& pool) {
  if (pool.connect_failures.has_value()) return *pool.connect_failures > 0;
  return pool.headroom() == 0 && pool.in_use > 0;
}

double TimeWaitOf(const PoolSample& pool) {
  double listed = 0;
  for (int32_t count : pool.time_wait_releases) listed += std::max(count, 0);
  const double counted =
      pool.kind == PoolKind::kTimeWaitTable ? pool.in_use : pool.states[TcpState::kTimeWait];
  return std::clamp<double>(std::max(counted, listed), 0, std::max(pool.in_use, 0));
}

std::optional<PoolLoad> LoadOf(const PoolSample& pool, bool time_wait_reusable,
                               absl::Duration conntrack_hold, const LoadHistory* history) {
  if (history != nullptr && !IsSane(*history)) history = nullptr;
  const bool is_table = pool.kind == PoolKind::kTimeWaitTable;
  if (!is_table && pool.kind != PoolKind::kConnect && !pool.connection_rate.has_value()) {
    return GrowthLoad(pool, conntrack_hold, history);
  }
  const std::optional<double> known = Known(is_table ? pool.time_wait_rate : pool.connection_rate);
  if (!known.has_value()) return std::nullopt;
  const double rate = *known;
  PoolLoad load = LoadOfSample(pool, rate);
  load.relative_deviation = PoissonDeviation(rate, static_cast<double>(kRateWindowMin));

  // In the pause of a load that comes in bursts its short connections are known by what they left.
  const bool is_pause = rate <= 0 && !pool.hold_time.has_value() && pool.in_use > 0 &&
                        TimeWaitOf(pool) >= kAllClosedHere * pool.in_use;
  if (is_pause) {
    load.hold = kHoldMinSeconds;
    load.closed_here_share = 1;
  }
  std::vector<double> closes;
  if (load.hold < kShortHoldSeconds && !time_wait_reusable) {
    closes = ClosesBySecond(pool.time_wait_releases);
  }
  // At the limit some connects find a port that has just come free, and the sample after a failure
  // shows no more of what is wanted than the one with it.
  if (IsCutOff(pool) || (history != nullptr && history->cut_off_age <= kCutOffMemory)) {
    double demand = rate;
    if (!closes.empty()) demand = std::max(demand, PeakOf(closes));
    if (history != nullptr) {
      demand = std::max(demand, history->rate_peak);
    }
    load.arrivals = Arrivals(demand, 0, 0);
    // With nothing let through, what fills the pool tells what its closes leave.
    if (rate <= 0 && TimeWaitOf(pool) >= kMostlyTimeWait * pool.in_use) load.closed_here_share = 1;
    return load;
  }
  std::optional<LoadShape> shape;
  if (!closes.empty()) shape = ShapeOf(closes, kReleaseStepSeconds);
  const double time_wait_rate = Known(pool.time_wait_rate).value_or(0);
  if (shape.has_value()) {
    ApplyShape(*shape, rate, time_wait_rate, closes, load);
  }
  const bool is_noise_known =
      shape.has_value() || (!time_wait_reusable && ApplyEvenness(pool, rate, time_wait_rate, load));
  if (history != nullptr) {
    const bool is_periodic = shape.has_value() && !shape->period.empty();
    if (!shape.has_value() || (!is_periodic && !history->period_arrivals.empty())) {
      ApplyHistory(*history, rate, load);
      if (!is_noise_known) ApplyNoise(*history, rate, load);
    }
    ApplyLeak(*history, rate, load);
  }
  return load;
}

}  // namespace berthmaster
