#ifndef BERTHMASTER_AGENT_LINK_CONTROLLER_LINK_H_
#define BERTHMASTER_AGENT_LINK_CONTROLLER_LINK_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How the link is, for the agent's own metrics.
struct LinkStats {
  bool is_attached = false;
  // Samples not acknowledged yet.
  int64_t spool_count = 0;
  // When a sample was acknowledged last, by the wall clock.
  std::optional<absl::Time> acknowledged_time;
};

// The agent's end of the stream, as the agent's loop sees it: samples and replies go in, desired
// states come out, and it sees to sessions, order, acknowledgement and patience by itself. All but
// Wake() are for the loop's thread and never wait for the network.
class ControllerLink {
 public:
  virtual ~ControllerLink() = default;

  // Takes a sample for delivery, now or when there is a controller again; gives it its sequence
  // number.
  virtual void SendSample(HostSample sample) = 0;

  // Sends the answer to a push, or a report of the agent's own accord (nonce 0), which waits for a
  // session if there is none.
  virtual void SendReply(const DesiredStateReply& reply) = 0;

  // Does what is due: takes in what arrived, attaches, sends. Returns a desired state to bring
  // about, if one was pushed. `applied_revision` is what a new session says is in force.
  virtual std::optional<DesiredState> Drive(int64_t applied_revision) = 0;

  // When, on the monotonic clock, Drive() has something to do even if nothing arrives.
  virtual absl::Duration NextDrive() const = 0;

  // Blocks until something arrived, Wake() was called, or the monotonic clock shows `deadline`.
  virtual void WaitUntil(absl::Duration deadline) = 0;
  // Ends WaitUntil(), now or the next one. Any thread.
  virtual void Wake() = 0;

  // How many samples were dropped unsent since the start.
  virtual int64_t dropped_count() const = 0;

  virtual LinkStats stats() const { return {}; }

  // Says good-bye and keeps what was not delivered for the next start. Waits for some seconds at
  // most. The last call.
  virtual void Close(absl::string_view reason) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_CONTROLLER_LINK_H_
