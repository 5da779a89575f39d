#ifndef BERTHMASTER_AGENT_LINK_INBOX_H_
#define BERTHMASTER_AGENT_LINK_INBOX_H_

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

struct WelcomeNews {
  int64_t committed_sequence = 0;
  bool accepts_deltas = false;
};

// What came in over a session since the loop looked last. One place for each kind: of what comes in
// repeatedly only the newest counts, so nothing here can grow.
struct SessionNews {
  std::optional<WelcomeNews> welcome;
  // The highest committed sequence acknowledged.
  std::optional<int64_t> acknowledged;
  // The newest push. It replaces one that the loop has not seen: the state of the world holds all
  // there is to know.
  std::optional<DesiredState> desired;
  // The refusal of a push that could not be read; its revision is for the loop to fill in.
  std::optional<DesiredStateReply> refused_push;
  std::optional<absl::Duration> retry_after;
  // The committed sequence of a request for full samples.
  std::optional<int64_t> full_state_request;
  // How the session ended; the last news of a session.
  std::optional<absl::Status> ended;
};

// Hands news from the threads of gRPC to the agent's loop. Any thread.
class Inbox {
 public:
  // Adds to the news of `session`; dropped unless it is the current one. `change` must not block.
  void Update(uint64_t session, absl::FunctionRef<void(SessionNews&)> change);

  // Makes `session` the current one, with no news.
  void Begin(uint64_t session);
  // The news since the last call.
  SessionNews Take();

  // Blocks until there is news, Wake() was called since the last call, or `timeout` is over.
  void Wait(absl::Duration timeout);
  void Wake();

 private:
  absl::Mutex mutex_;
  uint64_t session_ ABSL_GUARDED_BY(mutex_) = 0;
  SessionNews news_ ABSL_GUARDED_BY(mutex_);
  bool is_pending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_INBOX_H_
