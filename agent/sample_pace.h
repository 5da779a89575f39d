#ifndef BERTHMASTER_AGENT_SAMPLE_PACE_H_
#define BERTHMASTER_AGENT_SAMPLE_PACE_H_

#include "absl/time/time.h"

namespace berthmaster {

// How often a host is sampled while a namespace of it is close to exhaustion: TIME_WAIT is released
// in batches of 2 s (kernel-facts, section 11), so more often tells nothing more. Also how often
// the sampler looks whether sockets are rising.
inline constexpr absl::Duration kCloseInterval = absl::Seconds(1);
// However dear a sample is, the controller hears of the host this often.
inline constexpr absl::Duration kStretchMax = absl::Minutes(5);
// How much of the budget more may be used while a namespace is close to exhaustion. From the knee
// on each connect() costs the host 0.5 to 3 ms, so a hundredth of a core for every per cent of
// budget is not what is dear then.
inline constexpr double kCloseBudgetFactor = 10;
// How much of the budget goes into looking for a rise between samples.
inline constexpr double kLookBudgetShare = 0.05;

// When the next sample is due, from what samples cost. A cost that rises counts at once, one that
// falls by and by, so that the pace does not flap. Pure but for that memory; one thread.
class SamplePace {
 public:
  // `sample_interval` is positive; `cpu_budget` is a share of one core, above 0.
  SamplePace(absl::Duration sample_interval, double cpu_budget)
      : sample_interval_(sample_interval), cpu_budget_(cpu_budget) {}

  // The time from the sample that has just been taken, for `cpu_time`, to the next one: the sample
  // interval, or kCloseInterval where that is shorter and a namespace is close to exhaustion;
  // longer when the budget asks for it, up to kStretchMax or the sample interval.
  absl::Duration AfterSample(absl::Duration cpu_time, bool is_close);

  // The time from a look for a rise, which took `cpu_time`, to the next one.
  absl::Duration AfterLook(absl::Duration cpu_time) const;

  // A rise may bring a sample forward to this long after the one before, and no nearer.
  absl::Duration rise_interval() const;

 private:
  absl::Duration Stretch(absl::Duration base, absl::Duration cpu_time, double budget) const;

  const absl::Duration sample_interval_;
  const double cpu_budget_;
  // Of a sample, as the pace reckons with it.
  absl::Duration cost_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_SAMPLE_PACE_H_
