#ifndef BERTHMASTER_CONTROLLER_DETECT_THRESHOLDS_H_
#define BERTHMASTER_CONTROLLER_DETECT_THRESHOLDS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace berthmaster {

// Every number that detection turns on. README.md of this folder says how they play together.

// Bounds of memory, and what follows from the agent's way of measuring: the same for every pool.

// A bound for a host that lies; at 5 % of the default range each, it has 5.8 million sockets.
inline constexpr size_t kTrackedPoolsMax = 4096;
// As many intervals in a row must show about the same inflow: a burst of up to two seconds never
// fills three intervals of a second evenly.
inline constexpr size_t kSteadyIntervals = 3;
// As many seconds of TIME_WAIT history in one sample are as good as intervals.
inline constexpr size_t kSteadyHistorySeconds = 4;
// The agent counts connections over a window of at least this; it gives the rate's sigma.
inline constexpr double kRateWindowSeconds = 5;
// From here on a pool is as good as full.
inline constexpr double kCriticalUtilizationMin = 0.95;
// An agent that left a namespace out because it could not read it gets this many samples.
inline constexpr int kUnreadableSamples = 3;
// Samples further apart than this are not compared with each other.
inline constexpr absl::Duration kSampleGapMax = absl::Minutes(2);
// A changed number is worth a write when it changed by this much, at most once in kEmitInterval.
// The interval leaves room for the jitter of samples a second apart.
inline constexpr double kEmitUtilizationStep = 0.01;
inline constexpr double kEmitTimeLeftShare = 0.05;
inline constexpr absl::Duration kEmitTimeLeftStep = absl::Seconds(1);
inline constexpr absl::Duration kEmitInterval = absl::Milliseconds(900);

// What a policy may set otherwise for some of the fleet. The defaults need no tuning.
struct Thresholds {
  // Below this a pool is not even remembered: nearly all pools of a host, always.
  double track_utilization_min = 0.05;

  // A forecast alone opens nothing below this: a fifth of the time to exhaustion has passed about
  // here, and smaller pools of sockets come and go with every restart.
  double forecast_utilization_min = 0.15;
  // However short the sample interval is, kSteadyIntervals must last so long: three intervals of a
  // second, less their jitter. Or fewer that last for steady_time.
  absl::Duration steady_intervals_time_min = absl::Milliseconds(2500);
  absl::Duration steady_time = absl::Seconds(6);
  // An interval is even with the largest when its inflow + 2 sigma reaches this share of it.
  double steady_share_min = 0.8;
  // And what came in of late must be this much of the rate that the forecast reckons with: a window
  // still holds a spike that is over.
  double recent_share_min = 0.7;
  // A forecast that holds at the rate - 2 sigma is firm. One that does not must hold for
  // thin_margin_time: three windows that do not overlap.
  double rate_sigmas = 2;
  absl::Duration thin_margin_time = absl::Seconds(15);

  // Connections that pile up in a state that a sound application leaves at once (CLOSE_WAIT,
  // SYN_SENT, FIN_WAIT), UDP sockets, bound ports: evenly, and for so long, no
  // start-up spike looks like it.
  double stuck_utilization_min = 0.15;
  absl::Duration stuck_time = absl::Seconds(5);
  // ESTABLISHED connections that only open look like a leak and like an application that fills its
  // own pool at the start. That is over within seconds; so a pool that fills evenly for so long,
  // and for this share of the time that is left, without a close, is taken for a leak.
  absl::Duration leak_climb_time = absl::Seconds(13);
  double leak_climb_share_min = 0.18;
  // Intervals of a slow one hold too few connections to be even; this long, it need not be shown.
  absl::Duration leak_slow_climb_time = absl::Minutes(1);
  double leak_climb_utilization_min = 0.18;
  // What it held before the climb may be this share of what it holds: all that wanders climbs by
  // chance.
  double climb_base_share_max = 0.2;
  // Agents name a pool once it is about so full; what it came with is no burst.
  double named_utilization_max = 0.125;
  // So many closes for each open are none.
  double leak_close_share_max = 0.1;
  // How much more or less than at the rate of now it may have grown in that time: else it was a
  // burst.
  double climb_uneven_max = 1.5;
  // Otherwise they must come far, or go on for long.
  double filled_utilization_min = 0.8;
  double leak_utilization_min = 0.3;
  // In leak_time, or up to twice it, it must have grown by this share of the capacity, and by this
  // many sigma of the number open in an honest pool, which wanders by its square root.
  double leak_growth_share_min = 0.15;
  double leak_growth_sigmas = 6;
  absl::Duration leak_time = absl::Minutes(2);
  // A slow leak is no incident before this much time is left.
  absl::Duration leak_horizon = absl::Hours(1);
  // Growth below this share of the capacity, or this many sockets, is noise.
  double growth_share_min = 0.03;
  double growth_min = 10;
  // A verdict that was absent for no longer than this has not ended: at low rates a window without
  // a new connection is normal.
  absl::Duration run_lapse = absl::Seconds(10);
  // A pool whose rate no source sees has grown evenly for so long where it came from nearly nothing
  // in one go.
  absl::Duration growth_time_min = absl::Milliseconds(3500);
  // One that wanders rises evenly for three intervals now and then, and an accept queue grows
  // whenever its application pauses: more is asked of those.
  double wandering_utilization_min = 0.3;
  absl::Duration wandering_growth_time_min = absl::Seconds(8);
  // And where no hold time says where it settles, it must have grown by so many sigma since.
  double growth_sigmas = 4;
  // A pool whose rate no source sees has stopped to rise after so long without growth.
  absl::Duration rise_lapse = absl::Seconds(15);

  // A pool that stays this full is too small whatever the forecast says.
  double near_limit_utilization_min = 0.9;
  absl::Duration near_limit_time = absl::Seconds(10);
  int near_limit_samples = 3;

  // Counters of a whole namespace speak of a pool only from this fullness on: insert_failed rises
  // in races too, and below this the search for a SNAT port (240 probes) never misses.
  double counter_utilization_min = 0.9;
  // Connections dropped by a listener in one sample alone are a spike; in as many samples, no
  // further apart than failure_lapse, they are a problem.
  int drop_samples = 2;
  absl::Duration failure_lapse = absl::Seconds(30);
  // Clients that bind() first are the cause when their ports are as many as the pool's own sockets,
  // and at least this share of the capacity; or when this share of the pool's sockets is theirs.
  double bound_ports_share_min = 0.1;
  double early_bind_share_min = 0.5;
  // Where nobody tells who called bind(): its ports have the parity that connect() takes last, of
  // which connect() alone leaves few below the knee.
  double wrong_parity_share_min = 0.8;
  double wrong_parity_utilization_max = 0.5;
  // A listener that is gone for so long is no restart that passes by: longer than a quiet namespace
  // waits for its next dump, and than nearly all services take to start.
  absl::Duration restart_blocked_time = absl::Seconds(15);

  double critical_utilization_min = kCriticalUtilizationMin;
  absl::Duration critical_time_left = absl::Seconds(30);
  // CRITICAL goes back to WARNING only after this; after each time it did, twice as much.
  absl::Duration severity_hold = absl::Seconds(10);

  // Calm is: some way below the near limit, with room for a pool that was widened to settle at 0.8,
  // no failure and no exhaustion forecast. An incident resolves after calm_time of it where there
  // is plenty of room: half of the pool, and the rate + 2 sigma settles within the capacity. It
  // resolves after calm_thin_time otherwise. After each time it came back, twice as much.
  double calm_utilization_max = 0.85;
  double plenty_utilization_max = 0.5;
  double plenty_settled_max = 1.0;
  absl::Duration calm_time = absl::Seconds(5);
  absl::Duration calm_thin_time = absl::Seconds(30);
  int calm_samples = 3;
  absl::Duration hold_time_max = absl::Minutes(5);
  // A problem that comes back within this after it resolved is the same incident; one that a person
  // resolved stays quiet for as long.
  absl::Duration reopen_time = absl::Minutes(1);
  // One that comes back within this is a new incident, but is trusted no more than the old one.
  absl::Duration return_memory = absl::Minutes(15);

  // The cause may be revised while an incident is young; after that people act on it.
  absl::Duration cause_revision_time = absl::Seconds(10);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_THRESHOLDS_H_
