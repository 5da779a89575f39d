#include "common/forecast/load_shape.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace berthmaster {
namespace {

// A change or a slope has to lower the squared error by this many variances of one bin: 4 sigma,
// which the best of sixty places for a change reaches by chance once in some hundred series.
constexpr double kGainMin = 16;
// Arrivals that are this much more even than Poisson's are made by a clock: what differs then means
// something. Told only from enough bins with enough in each.
constexpr double kEvenShareMax = 0.15;
constexpr double kEvenShareMin = 0.1;
constexpr size_t kEvenBinsMin = 12;
// A young load has fewer bins and has to be more even: Poisson's are so in 1 of 100 sixes.
constexpr double kYoungEvenShareMax = 0.1;
constexpr size_t kYoungEvenBinsMin = 6;
constexpr double kEvenMeanMin = 3;
// A ramp has ended when its newest quarter is this many sigma off the line through the rest.
constexpr double kEndSigmas = 3;
// The shortest stretch that is told from the one before it.
constexpr size_t kStretchMin = 2;
// The shortest ramp: a line through fewer is an accident.
constexpr size_t kRampMin = 8;
// Bins at the border of a stretch that are longer than this are left out: they may be half of each.
constexpr size_t kBorderedMin = 4;
// What a line has to leave of the squared error for a period to be looked for behind it.
constexpr double kLineRestMin = 0.5;
// Counts more even than this have no bursts whose coming could matter.
constexpr double kBurstyDispersionMin = 3;
// From two bursts on, and what lies between them, a load is bursty.
constexpr int kBurstyStretchesMin = 5;
constexpr double kBurstBins = 3;
constexpr size_t kPeriodMin = 3;
// How alike two periods have to be, and how much less alike half periods.
constexpr double kAlikeMin = 0.85;
// A multiple of the period is alike too; the shortest of about the same is meant.
constexpr double kAlikeSlack = 0.9;

// Sums over the counts, so that any stretch is judged at once.
class Sums {
 public:
  explicit Sums(absl::Span<const double> counts) {
    for (size_t i = 0; i < counts.size(); ++i) {
      const double x = static_cast<double>(i) + 0.5;
      sum_[i + 1] = sum_[i] + counts[i];
      squares_[i + 1] = squares_[i] + counts[i] * counts[i];
      products_[i + 1] = products_[i] + x * counts[i];
    }
  }

  double Mean(size_t from, size_t to) const {
    return (sum_[to] - sum_[from]) / static_cast<double>(to - from);
  }
  // The squared error around the mean.
  double Error(size_t from, size_t to) const {
    const double mean = Mean(from, to);
    return std::max(0.0,
                    squares_[to] - squares_[from] - mean * mean * static_cast<double>(to - from));
  }
  // Change of the count per bin of age in the best line through [from, to).
  double SlopeIn(size_t from, size_t to) const {
    const double middle = static_cast<double>(from + to) / 2;
    return (products_[to] - products_[from] - (sum_[to] - sum_[from]) * middle) /
           SpreadOfAges(to - from);
  }
  double Slope(size_t to) const { return SlopeIn(0, to); }
  // The squared ages of so many bins around their mean.
  static double SpreadOfAges(size_t size) {
    const auto n = static_cast<double>(size);
    return n * (n * n - 1) / 12;
  }

 private:
  std::array<double, kShapeBinsMax + 1> sum_{};
  std::array<double, kShapeBinsMax + 1> squares_{};
  std::array<double, kShapeBinsMax + 1> products_{};
};

// A stretch [0, size) of the counts and what explains it best.
struct Stretch {
  size_t size = 0;
  bool is_ramp = false;
};

// Variance of a bin around its stretch, from how much neighbours differ, so that the steps between
// stretches do not count.
double VarianceOf(absl::Span<const double> counts) {
  if (counts.size() < 3) return 0;
  std::array<double, kShapeBinsMax> differences{};
  const size_t size = counts.size() - 1;
  for (size_t i = 0; i < size; ++i) {
    differences[i] = (counts[i] - counts[i + 1]) * (counts[i] - counts[i + 1]);
  }
  auto* middle = differences.begin() + size / 2;
  std::nth_element(differences.begin(), middle, differences.begin() + size);
  // The median of chi-squared, and two variances in each difference.
  constexpr double kMedian = 0.455;
  return *middle / kMedian / 2;
}

// Where [from, to) is best cut in two, and what error that leaves.
struct Cut {
  size_t at = 0;
  double error = 0;
};

Cut BestCut(const Sums& sums, size_t from, size_t to) {
  Cut best{to, sums.Error(from, to)};
  for (size_t at = from + kStretchMin; at + kStretchMin <= to; ++at) {
    const double error = sums.Error(from, at) + sums.Error(at, to);
    if (error < best.error) best = {at, error};
  }
  return best;
}

// Finds the stretches of even load in a series.
class Stretches {
 public:
  // `variance` of a bin; Poisson's where that is more.
  Stretches(const Sums& sums, double variance) : sums_(sums), variance_(variance) {}

  // The newest one of [0, size).
  Stretch Newest(size_t size) const {
    while (true) {
      const Cut cut = BestCut(sums_, 0, size);
      if (IsRamp(size, cut)) {
        const size_t quarter = size / 4;
        if (GoesOn(size, quarter)) return {size, true};
        size = quarter;
        continue;
      }
      if (!IsClear(cut, 0, size)) return {size, false};
      size = cut.at >= kBorderedMin ? cut.at - 1 : cut.at;
    }
  }
  // The same, whether it is a ramp or not.
  size_t NewestEven(size_t size) const {
    for (Cut cut = BestCut(sums_, 0, size); IsClear(cut, 0, size); cut = BestCut(sums_, 0, size)) {
      size = cut.at;
    }
    return size;
  }
  // How many there are in [from, to), counted up to `most`.
  int Count(size_t from, size_t to, int most) const {
    const Cut cut = BestCut(sums_, from, to);
    if (most <= 1 || !IsClear(cut, from, to)) return 1;
    const int newer = Count(from, cut.at, most - 1);
    return newer >= most ? newer : newer + Count(cut.at, to, most - newer);
  }

  // Whether a stretch of `size` bins of that mean is made by a clock.
  bool IsEven(size_t size, double mean) const {
    const double share_max = size >= kEvenBinsMin ? kEvenShareMax : kYoungEvenShareMax;
    return size >= kYoungEvenBinsMin && mean >= kEvenMeanMin && variance_ < share_max * mean;
  }

 private:
  // Of a bin of [from, to), that may be cut at `at`: a short stretch is judged by its own rate too.
  double NoiseOf(size_t from, size_t at, size_t to) const {
    double poisson = std::abs(sums_.Mean(from, to));
    if (at > from && at < to) {
      poisson = std::max(std::abs(sums_.Mean(from, at)), std::abs(sums_.Mean(at, to)));
    }
    const double least = IsEven(to - from, poisson) ? kEvenShareMin * poisson : poisson;
    return std::max({variance_, least, 1e-9});
  }
  bool IsClear(const Cut& cut, size_t from, size_t to) const {
    return cut.at < to && sums_.Error(from, to) - cut.error >= kGainMin * NoiseOf(from, cut.at, to);
  }
  bool IsRamp(size_t size, const Cut& cut) const {
    if (size < kRampMin) return false;
    const double error = sums_.Error(0, size);
    const double slope = sums_.Slope(size);
    const double line_error = std::max(0.0, error - slope * slope * Sums::SpreadOfAges(size));
    const double noise = std::max(NoiseOf(0, 0, size), line_error / static_cast<double>(size - 2));
    return line_error <= cut.error && error - line_error >= kGainMin * noise;
  }

  // Whether the newest `quarter` bins are on the line through the others of the ramp.
  bool GoesOn(size_t size, size_t quarter) const {
    const auto newer = static_cast<double>(quarter);
    const auto older = static_cast<double>(size - quarter);
    const double distance = (newer + older) / 2;
    const double expected = sums_.Mean(quarter, size) - sums_.SlopeIn(quarter, size) * distance;
    const double spread = Sums::SpreadOfAges(size - quarter);
    const double variance =
        NoiseOf(0, 0, size) * (1 / newer + 1 / older + distance * distance / spread);
    return std::abs(sums_.Mean(0, quarter) - expected) <= kEndSigmas * std::sqrt(variance);
  }

  const Sums& sums_;
  double variance_;
};

// How alike the counts are to those `lag` bins older, -1 to 1.
double Likeness(absl::Span<const double> counts, double mean, size_t lag) {
  double together = 0;
  double newer = 0;
  double older = 0;
  for (size_t i = 0; i + lag < counts.size(); ++i) {
    const double a = counts[i] - mean;
    const double b = counts[i + lag] - mean;
    together += a * b;
    newer += a * a;
    older += b * b;
  }
  const double scale = std::sqrt(newer * older);
  return scale > 0 ? together / scale : 0;
}

// The period in bins; 0 when there is none.
size_t PeriodOf(absl::Span<const double> counts, double mean) {
  const size_t longest = counts.size() / 2;
  std::array<double, kShapeBinsMax> likeness{};
  double best = 0;
  double least = 1;
  for (size_t lag = 1; lag <= longest; ++lag) {
    likeness[lag] = Likeness(counts, mean, lag);
    least = std::min(least, likeness[lag]);
    // What falls with the lag alone is a step or a hill, no period.
    if (lag >= kPeriodMin && likeness[lag] - least >= kAlikeMin) {
      best = std::max(best, likeness[lag]);
    }
  }
  if (best < kAlikeMin) return 0;
  least = 1;
  for (size_t lag = 1; lag <= longest; ++lag) {
    least = std::min(least, likeness[lag]);
    if (lag >= kPeriodMin && likeness[lag] - least >= kAlikeMin &&
        likeness[lag] >= kAlikeSlack * best) {
      return lag;
    }
  }
  return 0;
}

LoadShape PeriodicShape(absl::Span<const double> counts, size_t period, double bin_seconds) {
  const size_t periods = counts.size() / period;
  LoadShape shape;
  double total = 0;
  double noise = 0;
  for (size_t next = 0; next < period; ++next) {
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < periods; ++i) {
      const double count = counts[period - 1 - next + i * period];
      sum += count;
      squares += count * count;
    }
    const auto n = static_cast<double>(periods);
    shape.period.push_back(sum / n);
    total += sum;
    noise += std::max(0.0, squares - sum * sum / n);
  }
  const auto bins = static_cast<double>(periods * period);
  shape.seconds = bins * bin_seconds;
  shape.rate = total / shape.seconds;
  if (total > 0) {
    // One value in each place of the period is taken up by its mean.
    const double free = static_cast<double>((periods - 1) * period);
    shape.dispersion = std::max(1.0, noise / free / (total / bins));
    shape.rate_deviation = std::sqrt(shape.dispersion * total) / shape.seconds;
  }
  return shape;
}

}  // namespace

std::optional<LoadShape> ShapeOf(absl::Span<const double> newest_first, double bin_seconds) {
  absl::Span<const double> counts = newest_first.subspan(0, kShapeBinsMax);
  size_t size = counts.size();
  while (size > 0 && counts[size - 1] <= 0) --size;
  if (size == 0) return std::nullopt;
  // The load began somewhere within the oldest one.
  if (size < counts.size() && size > 1) --size;
  counts = counts.subspan(0, size);

  const Sums sums(counts);
  const double mean = sums.Mean(0, size);
  const double error = sums.Error(0, size);
  const double slope_of_all = sums.Slope(size);
  const double line_error = error - slope_of_all * slope_of_all * Sums::SpreadOfAges(size);
  if (size >= 2 * kPeriodMin && line_error > kLineRestMin * error &&
      error > kBurstyDispersionMin * mean * static_cast<double>(size - 1)) {
    const size_t period = PeriodOf(counts, mean);
    if (period > 0) return PeriodicShape(counts, period, bin_seconds);
  }

  const Stretches stretches(sums, VarianceOf(counts));
  Stretch stretch = stretches.Newest(size);
  // A load that comes in bursts is its mean; which of them comes next nobody knows.
  const bool is_bursty =
      !stretch.is_ramp && stretches.Count(0, size, kBurstyStretchesMin) >= kBurstyStretchesMin;
  if (is_bursty) stretch.size = size;
  const auto bins = static_cast<double>(stretch.size);
  const double level = sums.Mean(0, stretch.size);
  double rest = sums.Error(0, stretch.size);
  LoadShape shape;
  shape.seconds = bins * bin_seconds;
  shape.rate = level / bin_seconds;
  // The mean of n bins has 1/n of a bin's variance, the end of a line through them 4/n.
  double weight = 1;
  if (stretch.is_ramp) {
    const double slope = sums.Slope(stretch.size);
    rest = std::max(0.0, rest - slope * slope * Sums::SpreadOfAges(stretch.size));
    shape.slope = -slope / (bin_seconds * bin_seconds);
    shape.rate = std::max(0.0, (level - slope * bins / 2) / bin_seconds);
    weight = 4;
  }
  if (level > 0 && stretch.size > 2) {
    const double least = stretches.IsEven(stretch.size, level) ? kEvenShareMin : 1;
    shape.dispersion = std::max(least, rest / (bins - 2) / level);
  }
  // A burst is several bins long, and comes as a whole.
  if (is_bursty) shape.dispersion *= kBurstBins;
  shape.rate_deviation = std::sqrt(weight * shape.dispersion * level / bins) / bin_seconds;
  return shape;
}

size_t EvenStretch(absl::Span<const double> newest_first) {
  const absl::Span<const double> values = newest_first.subspan(0, kShapeBinsMax);
  if (values.size() < 2 * kStretchMin) return values.size();
  const Sums sums(values);
  return Stretches(sums, VarianceOf(values)).NewestEven(values.size());
}

}  // namespace berthmaster
