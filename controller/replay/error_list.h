#ifndef BERTHMASTER_CONTROLLER_REPLAY_ERROR_LIST_H_
#define BERTHMASTER_CONTROLLER_REPLAY_ERROR_LIST_H_

#include <cstdint>
#include <vector>

#include "controller/replay/backtest_report.h"

namespace berthmaster {

// Errors of forecasts, for their median and 90th percentile. Exact up to kExactMax; beyond it every
// second, fourth, … error in their order is kept, the same at each run. One thread.
class ErrorList {
 public:
  // An hour of samples each second; 4,096 pools with 10 lists each then have 1.3 GB at the very
  // most.
  static constexpr size_t kExactMax = 4096;

  // A value that is no number counts as the largest there is.
  void Add(double error);
  ErrorFigures Figures() const;

 private:
  std::vector<double> errors_;
  int64_t count_ = 0;
  // Every so many is kept.
  int64_t step_ = 1;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_ERROR_LIST_H_
