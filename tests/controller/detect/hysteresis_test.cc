// Long runs at the edge: an incident that comes and goes with the noise is worse than none.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "tests/common/forecast/pool_simulator.h"
#include "tests/controller/detect/host_simulator.h"

namespace berthmaster {
namespace {

constexpr int kSeeds = 20;
constexpr double kHourSeconds = 3600;

struct Changes {
  int resolved = 0;
  int severity = 0;
};

// How often the incidents of `host` changed, counted over every version that was told.
class ChangeCounter {
 public:
  void Add(const std::vector<Incident>& changed) {
    for (const Incident& incident : changed) {
      auto before = last_.find(incident.id);
      if (before != last_.end()) {
        if (before->second.active() && !incident.active()) ++changes_.resolved;
        if (before->second.severity != incident.severity) ++changes_.severity;
      }
      last_[incident.id] = incident;
    }
  }
  const Changes& changes() const { return changes_; }

 private:
  std::map<std::string, Incident> last_;
  Changes changes_;
};

// Churn that settles at `share` of the capacity, with random arrivals, for an hour.
Changes RunChurn(double share, uint32_t seed) {
  PoolSimulator::Options options;
  double rate = share * 400 / 61.0;
  options.rate = [rate](double) { return rate; };
  options.hold = 0.02;
  options.random_arrivals = true;
  options.rate_style = RateStyle::kAgent;
  options.seed = seed;
  PoolSimulator pool(options);
  HostSimulator host;
  ChangeCounter counter;
  for (int second = 1; second <= kHourSeconds; ++second) {
    pool.AdvanceTo(second);
    counter.Add(host.Observe(second, {pool.Sample()}));
  }
  return counter.changes();
}

// A pool that wanders around `share` of 1000 and comes back, in steps of what a second brings.
Changes RunWandering(PoolKind kind, double share, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> step(0, 12);
  HostSimulator host;
  ChangeCounter counter;
  double level = share * 1000;
  for (int second = 1; second <= kHourSeconds; ++second) {
    level += step(random) + 0.05 * (share * 1000 - level);
    PoolSample pool;
    pool.kind = kind;
    pool.key.source = *IpAddress::Parse("10.0.0.1");
    pool.capacity = 1000;
    pool.in_use = static_cast<int>(std::clamp(level, 0.0, 1000.0));
    counter.Add(host.Observe(second, {pool}));
  }
  return counter.changes();
}

TEST(Hysteresis, ChurnAtEveryEdgeDoesNotFlap) {
  for (double share : {0.8, 0.85, 0.9, 0.95, 1.0, 1.05}) {
    for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
      SCOPED_TRACE(testing::Message() << "settles at " << share << ", seed " << seed);
      Changes changes = RunChurn(share, seed);
      EXPECT_LE(changes.resolved, 4);
      EXPECT_LE(changes.severity, 60);
    }
  }
}

TEST(Hysteresis, PoolsThatWanderAtTheirLimitDoNotFlap) {
  for (PoolKind kind :
       {PoolKind::kSnat, PoolKind::kUdp, PoolKind::kConntrackTable, PoolKind::kListener}) {
    for (double share : {0.8, 0.85, 0.9, 0.95, 0.98}) {
      for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
        SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind) << " around " << share
                                        << ", seed " << seed);
        Changes changes = RunWandering(kind, share, seed);
        EXPECT_LE(changes.resolved, 4);
        EXPECT_LE(changes.severity, 60);
      }
    }
  }
}

TEST(Hysteresis, HonestPoolsThatWanderBelowItAreSilent) {
  for (PoolKind kind :
       {PoolKind::kSnat, PoolKind::kUdp, PoolKind::kConntrackTable, PoolKind::kListener}) {
    for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
      SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind) << ", seed " << seed);
      HostSimulator host;
      std::mt19937 random(seed);
      std::normal_distribution<double> step(0, 12);
      double level = 0;
      for (int second = 1; second <= kHourSeconds; ++second) {
        level += step(random) + 0.05 * (600 - level);
        PoolSample pool;
        pool.kind = kind;
        pool.capacity = 1000;
        pool.in_use = static_cast<int>(std::clamp(level, 0.0, 1000.0));
        host.Observe(second, {pool});
      }
      for (const Incident& incident : host.Incidents()) {
        ADD_FAILURE() << incident.timeline.back().text << ", after " << *host.opened_at() << " s";
      }
    }
  }
}

}  // namespace
}  // namespace berthmaster
