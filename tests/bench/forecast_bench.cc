// How far the forecast is off over load shapes, and what one costs: pools of the simulator, a
// forecast each second, against the moment when connect() then really found no port.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/forecast/forecast.h"
#include "common/forecast/load_tracker.h"
#include "tests/common/forecast/backtest.h"

namespace berthmaster {
namespace {

constexpr uint32_t kSeeds = 10;
constexpr int kCostRounds = 20'000;

struct Row {
  std::vector<double> errors;
  int forecasts = 0;
  int in_band = 0;
  int missed = 0;
  int false_alarms = 0;
  int runs_exhausted = 0;
  double beyond_bar = 0;
};

void PrintShapes() {
  std::printf("forecast: error of the moment of exhaustion in s, over %u runs each\n", kSeeds);
  std::printf("  %-34s %9s %8s %8s %8s %7s %7s %8s\n", "load", "exhausted", "median", "worst",
              "over 5%", "missed", "false", "in band");
  for (size_t index = 0; index < LoadCases(1).size(); ++index) {
    Row row;
    for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
      const Backtest result = Run(LoadCases(seed)[index]);
      for (double error : result.errors) row.errors.push_back(std::abs(error));
      row.forecasts += result.forecasts;
      row.in_band += result.in_band;
      row.missed += result.missed;
      row.false_alarms += result.false_alarms;
      row.runs_exhausted += result.exhausted.has_value() ? 1 : 0;
      row.beyond_bar = std::max(row.beyond_bar, result.beyond_bar);
    }
    std::sort(row.errors.begin(), row.errors.end());
    std::string median = "-";
    std::string worst = "-";
    char text[32];
    if (!row.errors.empty()) {
      std::snprintf(text, sizeof(text), "%.2f", row.errors[row.errors.size() / 2]);
      median = text;
      std::snprintf(text, sizeof(text), "%.2f", row.errors.back());
      worst = text;
    }
    std::printf("  %-34s %6d/%2u %8s %8s %8.2f %7d %7d %7.1f%%\n", LoadCases(1)[index].name.c_str(),
                row.runs_exhausted, kSeeds, median.c_str(), worst.c_str(), row.beyond_bar,
                row.missed, row.false_alarms,
                row.forecasts > 0 ? 100.0 * row.in_band / row.forecasts : 100.0);
  }
}

void PrintCost(const char* name, PoolSimulator::Options options, int seconds) {
  PoolSimulator pool(std::move(options));
  LoadTracker tracker;
  for (int second = 1; second <= seconds; ++second) {
    pool.AdvanceTo(second);
    tracker.Add(pool.Sample(), absl::Seconds(1));
  }
  const PoolSample sample = pool.Sample();
  const LinuxClock clock;
  double sum = 0;
  const absl::Duration before = clock.ThreadCpuNow();
  for (int i = 0; i < kCostRounds; ++i) {
    const LoadHistory history = tracker.history();
    sum += MakeForecast(sample, std::nullopt, &history).curve.back().in_use;
  }
  const absl::Duration cost = (clock.ThreadCpuNow() - before) / kCostRounds;
  const absl::Duration before_add = clock.ThreadCpuNow();
  for (int i = 0; i < kCostRounds; ++i) tracker.Add(sample, absl::Seconds(5));
  const absl::Duration add = (clock.ThreadCpuNow() - before_add) / kCostRounds;
  std::printf("  %-34s %8.0f ns a forecast, %6.0f ns a sample of history%s\n", name,
              absl::ToDoubleNanoseconds(cost), absl::ToDoubleNanoseconds(add),
              std::isfinite(sum) ? "" : " (not finite)");
}

int Main() {
  PrintShapes();
  std::printf("forecast: what one costs\n");
  PoolSimulator::Options steady;
  PrintCost("steady, settles below", steady, 30);
  PoolSimulator::Options fills;
  fills.rate = [](double) { return 12; };
  PrintCost("steady, fills", fills, 20);
  PoolSimulator::Options ramp;
  ramp.rate = [](double t) { return t / 2; };
  PrintCost("ramp", ramp, 30);
  PoolSimulator::Options leak;
  leak.hold.reset();
  leak.rate = [](double) { return 1; };
  PrintCost("leak", leak, 100);
  return 0;
}

}  // namespace
}  // namespace berthmaster

int main() { return berthmaster::Main(); }
