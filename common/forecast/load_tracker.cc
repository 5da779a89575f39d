#include "common/forecast/load_tracker.h"

#include <algorithm>
#include <cmath>

#include "common/forecast/load.h"
#include "common/forecast/load_shape.h"
#include "common/forecast/releases.h"

namespace berthmaster {
namespace {

const double kBinSeconds = absl::ToDoubleSeconds(kHistoryBin);
// Of connections that are short the closes tell when they were opened.
constexpr absl::Duration kShortHold = absl::Seconds(2);
// Below this share the peer makes the closes.
constexpr double kClosedHereMin = 0.5;
// Fewer windows show no growth.
constexpr size_t kGrowthBinsMin = 2;

double CountOf(const PoolSample& pool) {
  const double in_use = std::max(pool.in_use, 0);
  return pool.kind == PoolKind::kConnect ? in_use - TimeWaitOf(pool) : in_use;
}

std::optional<double> RateOf(const PoolSample& pool) {
  const std::optional<double> rate =
      pool.kind == PoolKind::kTimeWaitTable ? pool.time_wait_rate : pool.connection_rate;
  if (!rate.has_value() || !std::isfinite(*rate)) return std::nullopt;
  return std::clamp(*rate, 0.0, 1e9);
}

// The closes of each past second, as arrivals; empty where they do not show those.
std::vector<double> ArrivalsBySecond(const PoolSample& pool) {
  const std::optional<double> rate = RateOf(pool);
  const double time_wait_rate = pool.time_wait_rate.value_or(0);
  const bool is_table = pool.kind == PoolKind::kTimeWaitTable;
  if (!rate.has_value() || pool.reusable > 0) return {};
  if (!is_table) {
    if (!(time_wait_rate >= kClosedHereMin * *rate) || time_wait_rate <= 0) return {};
    if (!pool.hold_time.has_value() || *pool.hold_time >= kShortHold) return {};
  }
  std::vector<double> closes = ClosesBySecond(pool.time_wait_releases);
  const double scale = is_table ? 1 : *rate / time_wait_rate;
  for (double& count : closes) count *= scale;
  return closes;
}

// How many came between `from` and `to` seconds ago, from >= to.
double Between(const std::vector<double>& by_second, double from, double to) {
  double sum = 0;
  for (auto age = static_cast<size_t>(to); age < by_second.size(); ++age) {
    const double begin = static_cast<double>(age);
    if (begin >= from) break;
    sum += by_second[age] * (std::min(from, begin + 1) - std::max(to, begin));
  }
  return sum;
}

double Deviation(const std::vector<double>& counts, size_t size) {
  double mean = 0;
  for (size_t i = 0; i < size; ++i) mean += counts[i] / static_cast<double>(size);
  double squares = 0;
  for (size_t i = 0; i < size; ++i) squares += (counts[i] - mean) * (counts[i] - mean);
  return size > 1 ? std::sqrt(squares / static_cast<double>(size - 1)) : 0;
}

}  // namespace

void LoadTracker::Add(const PoolSample& pool, std::optional<absl::Duration> interval) {
  if (!has_sample_ || !interval.has_value() || *interval < absl::ZeroDuration() ||
      *interval > kGapMax) {
    Reset(pool);
    return;
  }
  const double span = absl::ToDoubleSeconds(*interval);
  if (span <= 0) return;
  cut_off_age_ = IsCutOff(pool) ? absl::ZeroDuration() : cut_off_age_ + *interval;
  const std::optional<double> rate = RateOf(pool);
  const std::vector<double> by_second = ArrivalsBySecond(pool);
  const auto count = static_cast<float>(CountOf(pool));
  // What is older than the histogram or has none came at the sample's rate.
  double left = span;
  while (left > 0) {
    const double piece = std::min(left, kBinSeconds - elapsed_seconds_);
    const double until = left - piece;
    if (!rate.has_value()) {
      arrivals_known_ = false;
    } else if (by_second.empty() || left > static_cast<double>(kCloseSeconds)) {
      arrivals_ += *rate * piece;
    } else {
      arrivals_ += Between(by_second, left, until);
    }
    elapsed_seconds_ += piece;
    left = until;
    // Rounding must not leave a window that is never whole.
    if (kBinSeconds - elapsed_seconds_ > 1e-6) continue;
    const auto share = static_cast<float>(1 - left / span);
    Push({arrivals_known_ ? static_cast<float>(arrivals_) : -1.0F,
          last_count_ + share * (count - last_count_)});
    elapsed_seconds_ = arrivals_ = 0;
    arrivals_known_ = true;
  }
  last_count_ = count;
}

LoadHistory LoadTracker::history() const {
  LoadHistory history;
  history.span = static_cast<int64_t>(size_) * kHistoryBin;
  history.cut_off_age = cut_off_age_;
  SetGrowth(history);
  const std::vector<double> arrivals = Arrivals();
  for (double count : arrivals) {
    history.rate_peak = std::max(history.rate_peak, count / kBinSeconds);
  }
  const std::optional<LoadShape> shape = ShapeOf(arrivals, kBinSeconds);
  if (!shape.has_value()) return history;
  const auto windows = static_cast<size_t>(std::lround(shape->seconds / kBinSeconds));
  if (shape->slope != 0) {
    history.rate_slope = shape->slope;
    history.slope_span = absl::Seconds(shape->seconds);
    history.rate_deviation = std::sqrt(shape->dispersion * shape->rate / kBinSeconds);
    return history;
  }
  history.rate_deviation = Deviation(arrivals, std::min(windows, arrivals.size())) / kBinSeconds;
  history.period_arrivals = shape->period;
  history.period_offset = absl::Seconds(elapsed_seconds_);
  return history;
}

void LoadTracker::Reset(const PoolSample& pool) {
  *this = LoadTracker();
  has_sample_ = true;
  if (IsCutOff(pool)) cut_off_age_ = absl::ZeroDuration();
  last_count_ = first_count_ = static_cast<float>(CountOf(pool));
}

void LoadTracker::Push(const Bin& bin) {
  if (size_ == kBins) first_count_ = bins_[(newest_ + 1) % kBins].count;
  newest_ = (newest_ + 1) % kBins;
  bins_[newest_] = bin;
  size_ = std::min(size_ + 1, kBins);
}

std::vector<double> LoadTracker::Arrivals() const {
  std::vector<double> arrivals;
  for (size_t i = 0; i < size_; ++i) {
    const Bin& bin = bins_[(newest_ + kBins - i) % kBins];
    if (bin.arrivals < 0) break;
    arrivals.push_back(bin.arrivals);
  }
  return arrivals;
}

void LoadTracker::SetGrowth(LoadHistory& history) const {
  if (size_ < kGrowthBinsMin) return;
  std::vector<double> growth;
  for (size_t i = 0; i < size_; ++i) {
    const bool is_oldest = i + 1 == size_;
    const float before = is_oldest ? first_count_ : bins_[(newest_ + kBins - i - 1) % kBins].count;
    growth.push_back(bins_[(newest_ + kBins - i) % kBins].count - before);
  }
  const size_t stretch = EvenStretch(growth);
  double sum = 0;
  for (size_t i = 0; i < stretch; ++i) sum += growth[i];
  const double seconds = static_cast<double>(stretch) * kBinSeconds;
  history.growth_rate = sum / seconds;
  history.growth_span = absl::Seconds(seconds);
  // One socket more or less at an end is no growth.
  history.growth_deviation =
      std::max(Deviation(growth, stretch) * std::sqrt(static_cast<double>(stretch)), 1.0) / seconds;
}

}  // namespace berthmaster
