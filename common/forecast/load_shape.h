#ifndef BERTHMASTER_COMMON_FORECAST_LOAD_SHAPE_H_
#define BERTHMASTER_COMMON_FORECAST_LOAD_SHAPE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace berthmaster {

// More bins than this are not looked at.
inline constexpr size_t kShapeBinsMax = 64;

// What a series of counts tells of the load that made them.
struct LoadShape {
  // Per second, now: the mean of the newest stretch in which the load was the same, of whole
  // periods where it is periodic, the end of the line where it is a ramp.
  double rate = 0;
  // Of `rate`, one sigma: what the counts' own noise leaves open.
  double rate_deviation = 0;
  // Variance over mean of the counts around the shape; 1 for Poisson arrivals, never below.
  double dispersion = 1;
  // Rise of the rate per second and per second; 0 where it is not clearly a ramp.
  double slope = 0;
  // How many seconds the stretch, the ramp or the periods reach back.
  double seconds = 0;
  // Arrivals in each coming bin of one period, the next one first; empty where there is no period
  // that was seen twice.
  std::vector<double> period;
};

// The shape of counts in bins of `bin_seconds`, the newest first. A load that began within them
// counts from its first whole bin. Nothing when all are 0. Counts have to be finite, not negative.
std::optional<LoadShape> ShapeOf(absl::Span<const double> newest_first, double bin_seconds);

// How many of the newest values vary around one mean: up to where they clearly changed. At least
// one of them, all when there are fewer than four. Values may be negative.
size_t EvenStretch(absl::Span<const double> newest_first);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_LOAD_SHAPE_H_
