#include "common/forecast/connect_cost.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace berthmaster {
namespace {

// Kernel-facts section 1 (experiments E2, E19), measured on 6.18: nanoseconds for each port that
// the search of __inet_hash_connect() refuses, by what holds the port.
constexpr double kEstablishedNanoseconds = 58;
constexpr double kTimeWaitNanoseconds = 211;
constexpr double kBoundNanoseconds = 34;
// A whole call that finds a port at once: the handshake over loopback with it.
constexpr double kCallNanoseconds = 17'000;
// The search goes over the ports of one parity, then over those of the other.
constexpr double kKnee = 0.5;

// How many times over the ports of one parity a call goes in the mean while TIME_WAIT ends as fast
// as it is made (E19: the mean of the percentiles measured at 41, 61, 81 and 98 %).
struct SteadyPasses {
  double utilization;
  double passes;
};
constexpr std::array<SteadyPasses, 5> kSteadyPasses = {
    {{0.5, 0}, {0.61, 0.47}, {0.81, 0.65}, {0.98, 1.3}, {1, 2}}};

double PassesInBalance(double utilization) {
  for (size_t i = 1; i < kSteadyPasses.size(); ++i) {
    const SteadyPasses& low = kSteadyPasses[i - 1];
    const SteadyPasses& high = kSteadyPasses[i];
    if (utilization > high.utilization) continue;
    const double share = (utilization - low.utilization) / (high.utilization - low.utilization);
    return low.passes + share * (high.passes - low.passes);
  }
  return kSteadyPasses.back().passes;
}

double PassesOf(const SearchState& state) {
  if (state.utilization >= 1) return 2;
  if (!(state.utilization > kKnee)) return 0;
  // While a pool fills, all of the first parity is taken and the second has room.
  return state.filling_share + (1 - state.filling_share) * PassesInBalance(state.utilization);
}

}  // namespace

ConnectCost CostOfConnect(const PoolSample& pool, const SearchState& state) {
  const double each = kEstablishedNanoseconds +
                      state.time_wait_share * (kTimeWaitNanoseconds - kEstablishedNanoseconds);
  const double pass =
      (std::max(pool.capacity, 0) * each + std::max(pool.blocked, 0) * kBoundNanoseconds) / 2;
  const double nanoseconds = kCallNanoseconds + PassesOf(state) * pass;
  ConnectCost cost;
  cost.cpu_each = absl::Nanoseconds(nanoseconds);
  if (state.rate.has_value()) cost.core_share = *state.rate * nanoseconds / 1e9;
  return cost;
}

}  // namespace berthmaster
