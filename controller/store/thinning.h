#ifndef BERTHMASTER_CONTROLLER_STORE_THINNING_H_
#define BERTHMASTER_CONTROLLER_STORE_THINNING_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// Thins points to a bound while they stream by, in memory of that bound: cuts the time from the
// first point to the last into equal steps and keeps the point with the highest in_use of each, the
// earliest when several are equal. Keeps all of them when they fit. Pure; one thread.
class Thinning {
 public:
  // `first` and `last` enclose the sample times of the points to come. A bound below 1 counts
  // as 1, one above 100,000 as that.
  Thinning(absl::Time first, absl::Time last, int points_max);

  // In any order.
  void Add(const PoolHistoryPoint& point);

  // Oldest first.
  PoolHistory Finish() &&;

 private:
  // The highest point of a step so far.
  struct Step {
    PoolHistoryPoint highest;
    bool filled = false;
  };

  size_t StepOf(absl::Time sample_time) const;

  const int64_t first_us_;
  const int64_t span_us_;
  const size_t points_max_;
  int64_t sample_count_ = 0;
  // Every point, until there are more than the bound.
  std::vector<PoolHistoryPoint> all_;
  std::vector<Step> steps_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_THINNING_H_
