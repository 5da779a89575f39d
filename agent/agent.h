#ifndef BERTHMASTER_AGENT_AGENT_H_
#define BERTHMASTER_AGENT_AGENT_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "agent/collect/host_sampler.h"
#include "agent/link/controller_link.h"
#include "agent/tune/tuner.h"
#include "common/clock/clock.h"

namespace berthmaster {

// What an agent works with; all of it outlives the agent.
struct AgentParts {
  const Clock* clock = nullptr;
  HostSampler* sampler = nullptr;
  Tuner* tuner = nullptr;
  ControllerLink* link = nullptr;
};

// The agent of one host: takes samples, hands them to the link, brings about what is pushed, takes
// back what is no longer renewed. All of that happens on the one thread that calls Run().
class Agent {
 public:
  // `sample_interval` is positive.
  Agent(absl::Duration sample_interval, AgentParts parts);

  // Works until Stop(), then says good-bye to the controller. Changes stay as they are: their
  // leases go on in the next start.
  void Run();

  // Ends Run() soon. Any thread.
  void Stop();

  // Does once what is due now. Returns when, on the monotonic clock, something is due next even if
  // nothing arrives.
  absl::Duration Step();

 private:
  void TakeSample();

  const absl::Duration sample_interval_;
  const AgentParts parts_;
  std::atomic<bool> is_stopping_ = false;
  absl::Duration next_sample_;
  int64_t reported_dropped_count_ = 0;
  // The last failure of the sampler, so that it is logged once; empty while it works.
  std::string sampler_failure_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_AGENT_H_
