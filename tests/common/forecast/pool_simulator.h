#ifndef BERTHMASTER_TESTS_COMMON_FORECAST_POOL_SIMULATOR_H_
#define BERTHMASTER_TESTS_COMMON_FORECAST_POOL_SIMULATOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "common/protocol/sample.h"

namespace berthmaster {

// How a sample's rates are taken.
enum class RateStyle : uint8_t {
  // Everything opened or closed in the last 5 s, as the contract says: low while a load starts.
  kFiveSeconds,
  // As the agent reads them off one dump: TIME_WAIT by its age, from when the load began, and the
  // growth of the live part. Closes of the peer are not seen.
  kAgent,
};

// A connect pool by the physics of kernel-facts section 11: sockets come at a rate, are held for a
// time, and stay in TIME_WAIT for 60 s + U(0, 2.05 s) where this side closes first. The same seed
// gives the same samples. Times are seconds from the start.
class PoolSimulator {
 public:
  struct Options {
    int capacity = 400;
    // New connections per second at a time.
    std::function<double(double)> rate = [](double) { return 10.0; };
    // Arrivals at random moments (Poisson) in place of even ones.
    bool random_arrivals = false;
    // From connect() to close; for ever when not set.
    std::optional<double> hold = 0.0;
    // Exponentially distributed around `hold`, in place of exactly so.
    bool random_hold = false;
    // How many are never closed, 0 to 1.
    double leaked_share = 0;
    // Sockets that are open from the start.
    int live_at_start = 0;
    // How many of the closes are this side's first, 0 to 1; the others leave no TIME_WAIT.
    double closed_here_share = 1;
    // The state of a socket that is not closed yet.
    TcpState live_state = TcpState::kEstablished;
    // TIME_WAIT this old may be taken over.
    std::optional<double> reuse_delay;
    RateStyle rate_style = RateStyle::kFiveSeconds;
    uint32_t seed = 1;
  };

  explicit PoolSimulator(Options options);

  void AdvanceTo(double time);
  PoolSample Sample() const;

  void set_capacity(int capacity) { options_.capacity = capacity; }
  void set_reuse_delay(double delay) { options_.reuse_delay = delay; }
  double now() const { return now_; }
  // When connect() found no port for the first time.
  std::optional<double> first_failure() const { return first_failure_; }
  int in_use() const { return static_cast<int>(live_.size() + time_wait_.size()); }

 private:
  void Arrive();
  void Open(double now);
  void CloseUntil(double time);
  int Reusable() const;
  void SetRates(PoolSample& sample) const;
  double Uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  Options options_;
  std::mt19937 random_;
  double now_ = 0;
  // Off the moments of the samples, so that no rounding decides what a window holds.
  double next_arrival_ = 0.0005;
  // When each is going to be closed.
  std::multiset<double> live_;
  // When each ends, and when it was made.
  std::multimap<double, double> time_wait_;
  std::vector<double> opened_;
  std::vector<double> closed_;
  std::vector<double> closed_here_;
  // Live sockets at each moment a sample might have been taken, for the agent's growth.
  std::map<int, int> live_history_;
  std::optional<double> first_failure_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_COMMON_FORECAST_POOL_SIMULATOR_H_
