#ifndef BERTHMASTER_AGENT_AGENT_H_
#define BERTHMASTER_AGENT_AGENT_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/advise/advice_publisher.h"
#include "agent/collect/host_sampler.h"
#include "agent/link/controller_link.h"
#include "agent/metrics/metrics_snapshot.h"
#include "agent/sample_pace.h"
#include "agent/tune/allow_list.h"
#include "agent/tune/tuner.h"
#include "common/clock/clock.h"

namespace berthmaster {

// What an agent works with; all of it outlives the agent.
struct AgentParts {
  const Clock* clock = nullptr;
  HostSampler* sampler = nullptr;
  Tuner* tuner = nullptr;
  ControllerLink* link = nullptr;
  // Where the loop leaves what it has to say of itself.
  SnapshotBoard* board = nullptr;
  // Nothing where no advice is published.
  AdvicePublisher* publisher = nullptr;
};

struct AgentOptions {
  // Between samples while no namespace is close to exhaustion; positive.
  absl::Duration sample_interval;
  // A share of one core; above 0.
  double cpu_budget = 1;
  // For the metrics.
  std::string version = {};
  std::string profile = {};
  // In the host's identity.
  int64_t identity_limitation_count = 0;
};

// The agent of one host: takes samples, hands them to the link, brings about what is pushed
// (changes and advice, of which neither waits for the other), takes back what is no longer renewed.
// All of that happens on the one thread that calls Run().
class Agent {
 public:
  Agent(AgentOptions options, AgentParts parts);

  // Works until Stop(), then says good-bye to the controller. Changes stay as they are: their
  // leases go on in the next start.
  void Run();

  // Ends Run() soon. Any thread.
  void Stop();

  // Hands over an allow-list that was read again, for the next step to take; an error is said in
  // every sample while the list before it stays in force. Any thread.
  void Reload(absl::StatusOr<AllowList> allow_list);

  // Does once what is due now. Returns when, on the monotonic clock, something is due next even if
  // nothing arrives.
  absl::Duration Step();

 private:
  DesiredStateReply BringAbout(const DesiredState& desired);
  void Report();
  void ShowChanges();
  int64_t AppliedRevision() const;
  void TakeReload();
  void TakeSample();
  void LookForRise(absl::Duration now);
  void Note(const HostSample& sample, bool is_failure);
  void Post(absl::Duration now);

  const AgentOptions options_;
  const AgentParts parts_;
  std::atomic<bool> is_stopping_ = false;
  absl::Mutex reload_mutex_;
  std::optional<absl::StatusOr<AllowList>> reload_ ABSL_GUARDED_BY(reload_mutex_);
  // Why the last reload was refused; empty when it was not.
  std::string reload_failure_;
  SamplePace pace_;
  absl::Duration next_sample_;
  absl::Duration last_sample_;
  // Between samples only.
  absl::Duration next_look_ = absl::InfiniteDuration();
  absl::Duration last_post_ = -absl::InfiniteDuration();
  // What is posted next.
  MetricsSnapshot metrics_;
  int64_t reported_dropped_count_ = 0;
  // Of the last push; such a revision is not in force.
  // Of the last push, whatever came of it.
  int64_t brought_revision_ = 0;
  bool has_failed_advice_ = false;
  // The last failure of the sampler, so that it is logged once; empty while it works.
  std::string sampler_failure_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_AGENT_H_
