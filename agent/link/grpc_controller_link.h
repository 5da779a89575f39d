#ifndef BERTHMASTER_AGENT_LINK_GRPC_CONTROLLER_LINK_H_
#define BERTHMASTER_AGENT_LINK_GRPC_CONTROLLER_LINK_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/link/backoff.h"
#include "agent/link/controller_link.h"
#include "agent/link/delta_base.h"
#include "agent/link/inbox.h"
#include "agent/link/spool.h"
#include "common/clock/clock.h"
#include "common/net/endpoint.h"
#include "common/protocol/identity.h"

namespace berthmaster {

class AttachSession;

// Samples sent and not yet acknowledged. The controller commits in groups, so that more than one
// must be under way; more would only wait in its memory.
inline constexpr int kSamplesInFlightMax = 32;

struct GrpcControllerLinkOptions {
  Endpoint controller;
  std::string host_id;
  HostIdentity identity;
  // Between attempts; full jitter.
  absl::Duration backoff_min = absl::Milliseconds(500);
  absl::Duration backoff_max = absl::Seconds(30);
  // From the call to Welcome: several round trips of the slowest network, and a busy controller's
  // queue.
  absl::Duration welcome_timeout = absl::Seconds(10);
  // A controller that lets samples wait longer than this without an acknowledgement or RetryAfter
  // is not working.
  absl::Duration acknowledge_timeout = absl::Seconds(60);
};

// ControllerLink over gRPC, in plaintext, with a spool for what is not acknowledged.
class GrpcControllerLink final : public ControllerLink {
 public:
  // `clock` and `random` must outlive it.
  GrpcControllerLink(GrpcControllerLinkOptions options, std::unique_ptr<Spool> spool,
                     const Clock& clock, Random& random);
  // Ends a session that Close() did not end.
  ~GrpcControllerLink() override;

  void SendSample(HostSample sample) override;
  void SendReply(const DesiredStateReply& reply) override;
  std::optional<DesiredState> Drive(int64_t applied_revision) override;
  absl::Duration NextDrive() const override;
  void WaitUntil(absl::Duration deadline) override;
  void Wake() override;
  int64_t dropped_count() const override { return spool_->dropped_count(); }
  LinkStats stats() const override {
    return {state_ == State::kAttached, static_cast<int64_t>(spool_->size()), acknowledged_time_};
  }
  void Close(absl::string_view reason) override;

 private:
  enum class State : uint8_t { kDetached, kAttaching, kAttached };

  void Attach(int64_t applied_revision);
  void TakeWelcome(const WelcomeNews& welcome);
  void TakeAcknowledgement(int64_t committed_sequence);
  void TakeFullStateRequest(int64_t committed_sequence);
  void TakeEnd(const absl::Status& status);
  void DropRefusedSample(const absl::Status& status);
  void SendWhatCanBeSent();
  void EndWhatIsStuck();
  void LogEnd(const absl::Status& status);

  const GrpcControllerLinkOptions options_;
  const std::unique_ptr<Spool> spool_;
  const Clock& clock_;
  Backoff backoff_;
  Inbox inbox_;

  State state_ = State::kDetached;
  std::unique_ptr<AttachSession> session_;
  uint64_t session_count_ = 0;
  absl::Duration next_attempt_;
  // When the session began; when anything was acknowledged in it last, or Welcome came.
  absl::Duration attempt_time_;
  absl::Duration progress_time_;
  bool has_acknowledged_ = false;
  // By the wall clock, over all sessions.
  std::optional<absl::Time> acknowledged_time_;
  // Why this side ended the session, for the log; OK while it did not.
  absl::Status own_reason_;
  // No sample before this, as the controller asked.
  absl::Duration hold_until_;
  // The highest numbers acknowledged and sent in this session, and those sent and not acknowledged.
  int64_t acknowledged_sequence_ = 0;
  int64_t sent_sequence_ = 0;
  std::deque<int64_t> in_flight_;
  DeltaBase delta_base_;
  // Nothing was acknowledged since the controller asked for full samples.
  bool is_full_state_due_ = false;
  // The first unacknowledged sample when a session last ended with INVALID_ARGUMENT; 0 when it did
  // not.
  int64_t refused_sequence_ = 0;
  // Reports of the agent's own accord that wait for a session.
  std::deque<DesiredStateReply> reports_;
  // What the log said last of the controller's absence; empty while attached.
  std::string logged_end_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_GRPC_CONTROLLER_LINK_H_
