#ifndef BERTHMASTER_CONTROLLER_DETECT_THRESHOLDS_H_
#define BERTHMASTER_CONTROLLER_DETECT_THRESHOLDS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace berthmaster {

// Every number that detection turns on. README.md of this folder says how they play together.

// Below this a pool is not even remembered: nearly all pools of a host, always.
inline constexpr double kTrackUtilizationMin = 0.05;
// A bound for a host that lies; at 5 % of the default range each, it has 5.8 million sockets.
inline constexpr size_t kTrackedPoolsMax = 4096;

// A forecast alone opens nothing below this: a fifth of the time to exhaustion has passed about
// here, and smaller pools of sockets come and go with every restart.
inline constexpr double kForecastUtilizationMin = 0.15;
// As many intervals in a row must show about the same inflow: a burst of up to two seconds never
// fills three intervals of a second evenly.
inline constexpr size_t kSteadyIntervals = 3;
// However short the sample interval is: three intervals of a second, less their jitter.
inline constexpr absl::Duration kSteadyIntervalsTimeMin = absl::Milliseconds(2500);
// Or fewer that last longer.
inline constexpr absl::Duration kSteadyTime = absl::Seconds(6);
// An interval is even with the largest when its inflow + 2 sigma reaches this share of it.
inline constexpr double kSteadyShareMin = 0.8;
// As many seconds of TIME_WAIT history in one sample are as good as intervals.
inline constexpr size_t kSteadyHistorySeconds = 4;
// And what came in of late must be this much of the rate that the forecast reckons with: a window
// still holds a spike that is over.
inline constexpr double kRecentShareMin = 0.7;

// The agent counts connections over a window of at least this; it gives the rate's sigma.
inline constexpr double kRateWindowSeconds = 5;
// A forecast that holds at the rate - 2 sigma is firm. One that does not must hold for this long:
// three windows that do not overlap.
inline constexpr double kRateSigmas = 2;
inline constexpr absl::Duration kThinMarginTime = absl::Seconds(15);

// Connections that pile up in a state that a sound application leaves at once (CLOSE_WAIT,
// SYN_SENT, FIN_WAIT): no start-up spike looks like it for so long.
inline constexpr double kStuckUtilizationMin = 0.3;
inline constexpr absl::Duration kStuckTime = absl::Seconds(5);
// ESTABLISHED connections that only open look like a leak and like an application that fills its
// own pool at the start; so they must come far, or go on for long.
inline constexpr double kFilledUtilizationMin = 0.8;
inline constexpr double kLeakUtilizationMin = 0.3;
// In that time, or up to twice it, it must have grown by this share of the capacity, and by this
// many sigma of the number open in an honest pool, which wanders by its square root.
inline constexpr double kLeakGrowthShareMin = 0.15;
inline constexpr double kLeakGrowthSigmas = 6;
inline constexpr absl::Duration kLeakTime = absl::Minutes(2);
// A slow leak is no incident before this much time is left.
inline constexpr absl::Duration kLeakHorizon = absl::Hours(1);
// Growth below this share of the capacity, or this many sockets, is noise.
inline constexpr double kGrowthShareMin = 0.03;
inline constexpr double kGrowthMin = 10;
// A verdict that was absent for no longer than this has not ended: at low rates a window without a
// new connection is normal.
inline constexpr absl::Duration kRunLapse = absl::Seconds(10);

// A pool that stays this full is too small whatever the forecast says.
inline constexpr double kNearLimitUtilizationMin = 0.9;
inline constexpr absl::Duration kNearLimitTime = absl::Seconds(10);
inline constexpr int kNearLimitSamples = 3;

inline constexpr double kCriticalUtilizationMin = 0.95;
inline constexpr absl::Duration kCriticalTimeLeft = absl::Seconds(30);
// CRITICAL goes back to WARNING only after this.
inline constexpr absl::Duration kSeverityHold = absl::Seconds(10);

// Calm is: some way below the near limit, with room for a pool that was widened to settle at 0.8,
// and no exhaustion forecast. An incident resolves after kCalmTime of it where there is plenty of
// room: half of the pool, and the rate + 2 sigma settles within the capacity. It resolves after
// kCalmThinTime otherwise.
inline constexpr double kCalmUtilizationMax = 0.85;
inline constexpr double kPlentyUtilizationMax = 0.5;
inline constexpr double kPlentySettledMax = 1.0;
inline constexpr absl::Duration kCalmTime = absl::Seconds(5);
inline constexpr absl::Duration kCalmThinTime = absl::Seconds(30);
inline constexpr int kCalmSamples = 3;
// A problem that comes back within this after it resolved is the same incident; one that a person
// resolved stays quiet for as long.
inline constexpr absl::Duration kReopenTime = absl::Minutes(1);

// The cause may be revised while an incident is young; after that people act on it.
inline constexpr absl::Duration kCauseRevisionTime = absl::Seconds(10);
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

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_THRESHOLDS_H_
