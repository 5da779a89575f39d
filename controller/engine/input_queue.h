#ifndef BERTHMASTER_CONTROLLER_ENGINE_INPUT_QUEUE_H_
#define BERTHMASTER_CONTROLLER_ENGINE_INPUT_QUEUE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "common/protocol/identity.h"
#include "common/protocol/sample.h"
#include "controller/engine/agent_session.h"

namespace berthmaster {

class Decisions;

// Samples that are taken and not committed yet: at 15,000 agents every 10 s more than two seconds
// of them, which is longer than a commit takes.
inline constexpr int kQueuedSamplesMax = 4096;
// Pools in them, about 0.6 KiB each: bounds the memory when samples are large.
inline constexpr int64_t kQueuedPoolsMax = 200000;
// Attaches and replies: one of each from more agents than a controller serves.
inline constexpr int kQueuedMessagesMax = 65536;
// Decisions of people and programs.
inline constexpr int kQueuedCommandsMax = 1024;
// What one turn takes, so that a turn stays short and acks stay prompt.
inline constexpr int kTurnInputsMax = 1024;
// How long the first sample of a turn waits for company, unless there is this much: one durable
// commit costs about as much as computing twenty samples.
inline constexpr absl::Duration kGatherTime = absl::Milliseconds(25);
inline constexpr size_t kGatherEnough = 256;

using SessionPointer = std::shared_ptr<AgentSession>;

struct AttachInput {
  AgentHello hello;
  SessionPointer session;
};
struct SampleInput {
  SessionPointer session;
  // Never null.
  std::shared_ptr<const HostSample> sample;
};
struct ReplyInput {
  SessionPointer session;
  DesiredStateReply reply;
};
struct DetachInput {
  SessionPointer session;
  bool goodbye = false;
};
// What sessions bring, in the order of arrival.
using SessionInput = std::variant<AttachInput, SampleInput, ReplyInput, DetachInput>;

// What a caller of the API wants decided.
struct Command {
  // Decides, and returns how to answer once that is committed.
  std::function<std::function<void()>(Decisions&)> decide;
  // Answers that nothing was changed.
  std::function<void(const absl::Status&)> fail;
};

// The bounded way into the engine. Offer from any thread; the rest is for the engine's.
class InputQueue {
 public:
  // False when the queue is full or closed; then nothing was taken.
  bool OfferSample(SampleInput input);
  bool OfferAttach(AttachInput input);
  bool OfferReply(ReplyInput input);
  bool OfferCommand(Command command);
  // A session ends once, so this needs no bound of its own.
  void OfferDetach(DetachInput input);

  // Blocks until there is something to take, the queue is closed, or `wait` is over.
  void Wait(absl::Duration wait);
  // As Wait, but for commands only: for when no session input can be taken.
  void WaitForCommand(absl::Duration wait);
  // At most kTurnInputsMax.
  std::vector<SessionInput> TakeSessionInputs();
  std::vector<Command> TakeCommands();
  // Makes room for new samples once `samples` with `pools` in them are committed or dropped.
  void ReleaseSamples(int samples, int64_t pools);

  void Close();
  bool closed() const;
  bool empty() const;

 private:
  bool HasInput() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool HasCommand() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool HasEnough() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::deque<SessionInput> session_inputs_ ABSL_GUARDED_BY(mutex_);
  std::deque<Command> commands_ ABSL_GUARDED_BY(mutex_);
  int samples_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t pools_ ABSL_GUARDED_BY(mutex_) = 0;
  int messages_ ABSL_GUARDED_BY(mutex_) = 0;
  bool urgent_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

// How many pools a sample brings, for the bound above.
int64_t CountPools(const HostSample& sample);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_INPUT_QUEUE_H_
