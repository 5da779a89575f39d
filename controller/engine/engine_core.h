#ifndef BERTHMASTER_CONTROLLER_ENGINE_ENGINE_CORE_H_
#define BERTHMASTER_CONTROLLER_ENGINE_ENGINE_CORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/decisions.h"
#include "controller/engine/engine.h"
#include "controller/engine/engine_time.h"
#include "controller/engine/host_presence.h"
#include "controller/engine/incident_book.h"
#include "controller/engine/input_queue.h"
#include "controller/engine/outbox.h"
#include "controller/engine/proposals.h"
#include "controller/engine/retry_gate.h"
#include "controller/engine/rollout_driver.h"
#include "controller/engine/sample_admission.h"
#include "controller/engine/session_registry.h"

namespace berthmaster {

// How often overdue hosts are looked for.
inline constexpr absl::Duration kTickInterval = absl::Milliseconds(500);
// How often the approval policy is asked what it approves by itself.
inline constexpr absl::Duration kPolicyInterval = absl::Seconds(1);
// How often old history is dropped, and how soon again while there is more to drop.
inline constexpr absl::Duration kPruneInterval = absl::Minutes(1);
inline constexpr absl::Duration kPruneAgain = absl::Seconds(1);
// How long a turn waits for input at most: rollouts and renewals go by these steps.
inline constexpr absl::Duration kIdleWait = absl::Milliseconds(250);

// The engine without its thread: what Engine does, one turn at a time. InputQueue may be offered to
// from any thread; everything else is for one thread.
//
// A turn has two halves, each with a commit of its own. First the facts: what agents brought and
// what time brought. They are never taken back: when their commit fails, the same rows are offered
// again until it succeeds, and until then nothing else is taken in and nothing is let out. Then the
// commands, on a ledger that is committed: when their commit fails, the ledger is rolled back, the
// tracker begins again from it, and the callers get the error. README.md argues why that is right.
class EngineCore {
 public:
  EngineCore(Engine::Dependencies dependencies, EngineOptions options);

  // Loads the state and shows it in Fleet. Errors are those of the stores.
  absl::Status Load();

  InputQueue& queue() { return queue_; }

  // Takes what is in the queue and does everything that is due. Returns how long there is nothing
  // to do unless input comes.
  absl::Duration RunTurn();
  // Whether the next turn can take what sessions bring; false while a commit of facts is due again.
  bool TakesSessionInputs() const { return !control_gate_.broken(); }

  // After the queue is closed and the last turn: ends all sessions and answers what was not decided
  // with `status`.
  void EndAll(const absl::Status& status);
  // Whether everything that was taken is committed.
  bool Settled() const;

 private:
  // A sample that was admitted and is not in the history yet.
  struct Admitted {
    HistoryEntry entry;
    absl::Duration clock_ahead;
    int64_t pools = 0;
  };

  EngineTime Now() const;
  void Take(AttachInput input, EngineTime time);
  void Take(SampleInput input, EngineTime time);
  void Take(const ReplyInput& input, EngineTime time);
  void Take(const DetachInput& input, EngineTime time);
  void TakeSessionInputs(EngineTime time);
  // Appends what was admitted to the history and, when that is durable, lets detection see it.
  void RecordSamples(EngineTime time);
  void Record(const Admitted& admitted, EngineTime time);
  void Tick(EngineTime time);
  Decisions MakeDecisions(EngineTime time);
  bool CommitFacts(EngineTime time);
  void RunCommands(EngineTime time);
  void FailCommands(const absl::Status& status);
  void Prune(EngineTime time);
  void ForgetEnded(absl::Time now);
  absl::Duration TimeLeft(EngineTime time) const;

  Engine::Dependencies dependencies_;
  EngineOptions options_;
  InputQueue queue_;
  ControlLedger ledger_;
  SessionRegistry sessions_;
  SampleAdmission admission_;
  IncidentBook incidents_;
  HostPresence presence_;
  Proposals proposals_;
  RolloutDriver rollouts_;
  Outbox outbox_;
  std::vector<Admitted> admitted_;
  RetryGate history_gate_;
  RetryGate control_gate_;
  absl::Duration next_tick_;
  absl::Duration next_policy_;
  absl::Duration next_prune_;
  // A desired state went out, so the rollouts have a step to take at once.
  bool pushed_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ENGINE_CORE_H_
