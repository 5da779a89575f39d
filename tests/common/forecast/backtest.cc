#include "tests/common/forecast/backtest.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "common/forecast/forecast.h"
#include "common/forecast/load_tracker.h"

namespace berthmaster {
namespace {

using Rate = std::function<double(double)>;

LoadCase Make(std::string name, Rate rate, uint32_t seed) {
  LoadCase load;
  load.name = std::move(name);
  load.options.rate = std::move(rate);
  load.options.seed = seed;
  load.options.rate_style = RateStyle::kAgent;
  return load;
}

Rate Even(double rate) {
  return [rate](double) { return rate; };
}

// `rate` in the first `on` of every `period` seconds.
Rate OnAndOff(double rate, double on, double period) {
  return [=](double t) { return std::fmod(t, period) < on ? rate : 0; };
}

void AddEven(std::vector<LoadCase>& cases, uint32_t seed) {
  cases.push_back(Make("steady", Even(10), seed));
  cases.push_back(Make("steady, random arrivals", Even(100), seed));
  cases.back().options.capacity = 4000;
  cases.back().options.random_arrivals = true;
  cases.push_back(Make("steady, held 5 s", Even(20), seed));
  cases.back().options.capacity = 1000;
  cases.back().options.hold = 5;
  cases.push_back(Make("steady, a sample every 10 s", Even(8), seed));
  cases.back().is_sampled = [](int second) { return second % 10 == 0; };
  cases.push_back(Make("steady, samples missing", Even(8), seed));
  cases.back().is_sampled = [](int second) { return second < 12 || second > 33; };
  cases.push_back(Make("steady, settles below", Even(6), seed));
  cases.push_back(Make("steady, settles below, random", Even(50), seed));
  cases.back().options.capacity = 4000;
  cases.back().options.random_arrivals = true;
  cases.push_back(Make("reusable", Even(30), seed));
  cases.back().options.reuse_delay = 1;
}

void AddChanging(std::vector<LoadCase>& cases, uint32_t seed) {
  cases.push_back(Make(
      "ramp", [](double t) { return 0.5 + t / 2; }, seed));
  cases.back().from = 20;
  cases.push_back(Make(
      "ramp, random arrivals", [](double t) { return 1 + 2 * t; }, seed));
  cases.back().options.capacity = 4000;
  cases.back().options.random_arrivals = true;
  cases.back().from = 25;
  cases.push_back(Make(
      "ramp that ends", [](double t) { return t < 30 ? 0.5 + t / 7 : 5; }, seed));
  // That a ramp has ended shows only after some of what follows.
  cases.back().from = 45;
  cases.push_back(Make(
      "step up", [](double t) { return t < 100 ? 3 : 15; }, seed));
  cases.back().start = 100;
  cases.back().from = 110;
  cases.push_back(Make(
      "burst that is over", [](double t) { return t >= 20 && t < 25 ? 50 : 2; }, seed));
  cases.back().from = 29;
  cases.push_back(Make(
      "stops", [](double t) { return t < 30 ? 12 : 0; }, seed));
  cases.back().from = 33;
}

void AddPeriodic(std::vector<LoadCase>& cases, uint32_t seed) {
  cases.push_back(Make("periodic, 10 s, fills", OnAndOff(45, 2, 10), seed));
  cases.back().from = 30;
  cases.push_back(Make("periodic, 10 s, settles below", OnAndOff(25, 2, 10), seed));
  cases.back().from = 30;
  cases.push_back(Make("periodic, 90 s, settles below", OnAndOff(60, 5, 90), seed));
  cases.back().from = 280;
  cases.back().until = 450;
}

void AddLeaks(std::vector<LoadCase>& cases, uint32_t seed) {
  cases.push_back(Make("leak", Even(2), seed));
  cases.back().options.hold.reset();
  cases.push_back(Make("leak, random arrivals", Even(5), seed));
  cases.back().options.hold.reset();
  cases.back().options.capacity = 1500;
  cases.back().options.random_arrivals = true;
  cases.back().from = 60;
  cases.back().until = 500;
  cases.push_back(Make("leak beside short connections", Even(5), seed));
  cases.back().options.leaked_share = 0.2;
  cases.back().options.capacity = 700;
  cases.back().from = 90;
  cases.back().until = 700;
}

}  // namespace

std::vector<LoadCase> LoadCases(uint32_t seed) {
  std::vector<LoadCase> cases;
  AddEven(cases, seed);
  AddChanging(cases, seed);
  AddPeriodic(cases, seed);
  AddLeaks(cases, seed);
  return cases;
}

LoadCase CaseOf(const std::string& name, uint32_t seed) {
  for (LoadCase& load : LoadCases(seed)) {
    if (load.name == name) return load;
  }
  std::abort();
}

Backtest Run(const LoadCase& load) {
  PoolSimulator pool(load.options);
  LoadTracker tracker;
  struct Made {
    int second;
    Forecast forecast;
  };
  std::vector<Made> made;
  int last = 0;
  for (int second = 1; second <= load.until && !pool.first_failure().has_value(); ++second) {
    pool.AdvanceTo(second);
    if (load.is_sampled && !load.is_sampled(second)) continue;
    const PoolSample sample = pool.Sample();
    std::optional<absl::Duration> interval;
    if (last > 0) interval = absl::Seconds(second - last);
    tracker.Add(sample, interval);
    last = second;
    if (second < load.from || pool.first_failure().has_value()) continue;
    const LoadHistory history = tracker.history();
    std::optional<absl::Duration> reuse_delay;
    if (load.options.reuse_delay) reuse_delay = absl::Seconds(*load.options.reuse_delay);
    made.push_back({second, MakeForecast(sample, reuse_delay, &history)});
  }
  Backtest result;
  result.exhausted = pool.first_failure();
  for (const auto& [second, forecast] : made) {
    ++result.forecasts;
    const auto& left = forecast.time_to_exhaustion;
    if (!result.exhausted.has_value()) {
      result.false_alarms += left.has_value() ? 1 : 0;
      result.in_band += forecast.time_to_exhaustion_max.has_value() ? 0 : 1;
      continue;
    }
    const double rest = *result.exhausted - second;
    const auto& least = forecast.time_to_exhaustion_min;
    const auto& most = forecast.time_to_exhaustion_max;
    if (least.has_value() && absl::ToDoubleSeconds(*least) <= rest + 0.5 &&
        (!most.has_value() || absl::ToDoubleSeconds(*most) >= rest - 0.5)) {
      ++result.in_band;
    }
    if (!left.has_value()) {
      ++result.missed;
      continue;
    }
    result.errors.push_back(absl::ToDoubleSeconds(*left) - rest);
    const double bar = 0.05 * (*result.exhausted - load.start) + 1;
    result.beyond_bar = std::max(result.beyond_bar, std::abs(result.errors.back()) - bar);
  }
  return result;
}

}  // namespace berthmaster
