#ifndef BERTHMASTER_TESTS_COMMON_FORECAST_BACKTEST_H_
#define BERTHMASTER_TESTS_COMMON_FORECAST_BACKTEST_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/common/forecast/pool_simulator.h"

namespace berthmaster {

// A load, and when the forecasts of it are judged.
struct LoadCase {
  std::string name;
  PoolSimulator::Options options;
  // When what ends in exhaustion began; the error is a share of the time from then.
  double start = 0;
  // The first and the last second whose forecasts count.
  int from = 10;
  int until = 300;
  // Whether a sample is taken in a second; in each when not set.
  std::function<bool(int second)> is_sampled;
};

// Every shape that the forecast has to be right for, those that end in exhaustion and those that do
// not. `seed` varies the random ones.
std::vector<LoadCase> LoadCases(uint32_t seed);
// The case of that name; aborts without one.
LoadCase CaseOf(const std::string& name, uint32_t seed);

// What became of the forecasts, each made with the history that a LoadTracker kept.
struct Backtest {
  // When connect() first failed; nothing when it never did.
  std::optional<double> exhausted;
  // Of each forecast before: by how many seconds it was early (below 0) or late.
  std::vector<double> errors;
  // The largest that is outside of 5 % and one sample, in seconds beyond that.
  double beyond_bar = 0;
  int forecasts = 0;
  // Forecasts that saw no exhaustion although it came, or one although it did not.
  int missed = 0;
  int false_alarms = 0;
  // How often the truth was within the band.
  int in_band = 0;
};
Backtest Run(const LoadCase& load);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_COMMON_FORECAST_BACKTEST_H_
