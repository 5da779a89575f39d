#include "agent/link/grpc_controller_link.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/link/attach_session.h"
#include "agent/link/channel.h"
#include "agent/link/sample_codec.h"
#include "common/log/log.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/identity_wire.h"

namespace berthmaster {
namespace {

// Room for what stands around a sample in its message.
constexpr size_t kSampleBytesMax = kSessionMessageBytesMax - 64;
// More reports than leases run out while a controller is away; after any of them the controller
// pushes anew anyway.
constexpr size_t kReportsMax = 64;
// A controller that wants more silence than this is as good as away.
constexpr absl::Duration kRetryAfterMax = absl::Minutes(5);
// A session that lived this long was no accident, even without an acknowledgement.
constexpr absl::Duration kHealthySessionAge = absl::Seconds(10);
// For the good-bye to go out and the controller to end the call; systemd gives a service much
// longer.
constexpr absl::Duration kGoodbyeTimeout = absl::Seconds(2);

v1::AttachRequest ReplyRequest(const DesiredStateReply& reply) {
  v1::AttachRequest request;
  *request.mutable_desired_state_reply() = ToProto(reply);
  return request;
}

}  // namespace

GrpcControllerLink::GrpcControllerLink(GrpcControllerLinkOptions options,
                                       std::unique_ptr<Spool> spool, const Clock& clock,
                                       Random& random)
    : options_(std::move(options)),
      spool_(std::move(spool)),
      clock_(clock),
      backoff_(options_.backoff_min, options_.backoff_max, random),
      delta_base_(options_.host_id) {}

GrpcControllerLink::~GrpcControllerLink() {
  if (session_ == nullptr) return;
  session_->Cancel();
  session_->AwaitDone(absl::InfiniteDuration());
}

void GrpcControllerLink::SendSample(HostSample sample) {
  sample.sequence = spool_->next_sequence();
  spool_->Append(EncodeSample(options_.host_id, std::move(sample), kSampleBytesMax));
  SendWhatCanBeSent();
}

void GrpcControllerLink::SendReply(const DesiredStateReply& reply) {
  if (state_ == State::kAttached) {
    session_->Send(ReplyRequest(reply));
  } else if (reply.nonce == 0) {
    // An answer dies with the session whose push it answers; a report does not.
    reports_.push_back(reply);
    if (reports_.size() > kReportsMax) reports_.pop_front();
  }
}

std::optional<DesiredState> GrpcControllerLink::Drive(int64_t applied_revision) {
  SessionNews news = inbox_.Take();
  if (news.welcome.has_value()) TakeWelcome(*news.welcome);
  if (news.acknowledged.has_value()) TakeAcknowledgement(*news.acknowledged);
  if (news.full_state_request.has_value()) TakeFullStateRequest(*news.full_state_request);
  if (news.retry_after.has_value()) {
    absl::Duration delay = std::clamp(*news.retry_after, absl::ZeroDuration(), kRetryAfterMax);
    hold_until_ = clock_.MonotonicNow() + delay;
  }
  if (news.refused_push.has_value() && state_ == State::kAttached) {
    news.refused_push->revision = applied_revision;
    LogWarning("refused a push that breaks the contract: ",
               news.refused_push->results.empty() ? "" : news.refused_push->results[0].error);
    SendReply(*news.refused_push);
  }
  if (news.ended.has_value()) TakeEnd(*news.ended);
  if (state_ == State::kDetached && clock_.MonotonicNow() >= next_attempt_) {
    Attach(applied_revision);
  }
  EndWhatIsStuck();
  SendWhatCanBeSent();
  // A push of a session that is over comes again with the next one.
  return state_ == State::kAttached ? std::move(news.desired) : std::nullopt;
}

void GrpcControllerLink::Attach(int64_t applied_revision) {
  AgentHello hello;
  hello.host_id = options_.host_id;
  hello.identity = options_.identity;
  hello.epoch = spool_->epoch();
  hello.next_sequence = spool_->next_sequence();
  hello.applied_revision = applied_revision;
  v1::AttachRequest request;
  *request.mutable_hello() = ToProto(hello);

  state_ = State::kAttaching;
  attempt_time_ = clock_.MonotonicNow();
  has_acknowledged_ = false;
  own_reason_ = absl::OkStatus();
  inbox_.Begin(++session_count_);
  session_ = std::make_unique<AttachSession>(MakeControllerChannel(options_.controller),
                                             std::move(request), session_count_, inbox_);
}

void GrpcControllerLink::TakeWelcome(const WelcomeNews& welcome) {
  if (state_ != State::kAttaching) return;
  const int64_t committed_sequence = welcome.committed_sequence;
  if (committed_sequence < 0 || committed_sequence > Spool::kSequenceMax) {
    own_reason_ = absl::OutOfRangeError(
        absl::StrCat("its Welcome has the impossible sequence number ", committed_sequence));
    session_->Cancel();
    return;
  }
  state_ = State::kAttached;
  progress_time_ = clock_.MonotonicNow();
  hold_until_ = absl::ZeroDuration();
  in_flight_.clear();
  // What the controller has is not sent again; what is new must not get a number that it has.
  spool_->SkipPast(committed_sequence);
  spool_->Acknowledge(committed_sequence);
  acknowledged_sequence_ = sent_sequence_ = committed_sequence;
  delta_base_.Begin(welcome.accepts_deltas);
  is_full_state_due_ = false;
  LogInfo("attached to the controller at ", options_.controller.ToString(), " as host ",
          options_.host_id, ", ", spool_->size(), " samples to deliver");
  logged_end_.clear();
  for (const DesiredStateReply& report : reports_) session_->Send(ReplyRequest(report));
  reports_.clear();
}

void GrpcControllerLink::TakeAcknowledgement(int64_t committed_sequence) {
  if (state_ != State::kAttached) return;
  // Nothing that was not sent can be durable there.
  committed_sequence = std::min(committed_sequence, sent_sequence_);
  delta_base_.Acknowledge(committed_sequence, *spool_);
  spool_->Acknowledge(committed_sequence);
  acknowledged_sequence_ = std::max(acknowledged_sequence_, committed_sequence);
  is_full_state_due_ = false;
  while (!in_flight_.empty() && in_flight_.front() <= committed_sequence) in_flight_.pop_front();
  progress_time_ = clock_.MonotonicNow();
  has_acknowledged_ = true;
  acknowledged_time_ = clock_.SystemNow();
  refused_sequence_ = 0;
}

void GrpcControllerLink::TakeFullStateRequest(int64_t committed_sequence) {
  if (state_ != State::kAttached) return;
  if (is_full_state_due_) {
    // From here on samples are full until one is acknowledged, so that it cannot miss one again.
    own_reason_ = absl::FailedPreconditionError("it asks for full samples again and again");
    session_->Cancel();
    return;
  }
  if (committed_sequence > acknowledged_sequence_) TakeAcknowledgement(committed_sequence);
  is_full_state_due_ = true;
  delta_base_.Forget();
  sent_sequence_ = acknowledged_sequence_;
  in_flight_.clear();
}

void GrpcControllerLink::SendWhatCanBeSent() {
  if (state_ != State::kAttached || clock_.MonotonicNow() < hold_until_) return;
  while (in_flight_.size() < static_cast<size_t>(kSamplesInFlightMax)) {
    std::optional<Spool::Record> record = spool_->ReadAfter(sent_sequence_);
    if (!record.has_value()) return;
    sent_sequence_ = record->sequence;
    v1::AttachRequest request;
    if (!request.mutable_sample()->ParseFromString(record->payload)) {
      LogWarning("sample ", record->sequence, " of an earlier version is dropped");
      spool_->Drop(record->sequence);
      continue;
    }
    if (in_flight_.empty()) progress_time_ = clock_.MonotonicNow();
    in_flight_.push_back(record->sequence);
    *request.mutable_sample() = delta_base_.Encode(std::move(*request.mutable_sample()));
    session_->Send(std::move(request));
  }
}

void GrpcControllerLink::EndWhatIsStuck() {
  if (session_ == nullptr || !own_reason_.ok()) return;
  absl::Duration now = clock_.MonotonicNow();
  if (state_ == State::kAttaching && now >= attempt_time_ + options_.welcome_timeout) {
    own_reason_ = absl::DeadlineExceededError(
        absl::StrCat("no answer within ", absl::FormatDuration(options_.welcome_timeout)));
  } else if (state_ == State::kAttached && !in_flight_.empty() && now >= hold_until_ &&
             now >= std::max(progress_time_, hold_until_) + options_.acknowledge_timeout) {
    own_reason_ = absl::DeadlineExceededError(absl::StrCat(
        "no acknowledgement within ", absl::FormatDuration(options_.acknowledge_timeout)));
  }
  if (!own_reason_.ok()) session_->Cancel();
}

void GrpcControllerLink::TakeEnd(const absl::Status& status) {
  session_->AwaitDone(absl::InfiniteDuration());
  session_.reset();
  absl::Duration now = clock_.MonotonicNow();
  bool is_healthy = state_ == State::kAttached &&
                    (has_acknowledged_ || now >= attempt_time_ + kHealthySessionAge);
  // Two agents of one host id would take turns for ever; there patience has to grow.
  if (is_healthy && !absl::IsAborted(status)) backoff_.Reset();
  if (state_ == State::kAttached && absl::IsInvalidArgument(status)) DropRefusedSample(status);
  LogEnd(own_reason_.ok() ? status : own_reason_);
  state_ = State::kDetached;
  next_attempt_ = now + backoff_.Next();
}

// A sample that the controller will never take must not hold up all that follow. Those before it
// may have been on their way to the database when the session ended, so only the second time is it
// certain which one it is.
void GrpcControllerLink::DropRefusedSample(const absl::Status& status) {
  if (in_flight_.empty()) return;
  int64_t first = in_flight_.front();
  if (std::exchange(refused_sequence_, first) != first) return;
  LogWarning("the controller refused sample ", first, " twice; it is dropped: ", status.message());
  spool_->Drop(first);
  refused_sequence_ = 0;
}

void GrpcControllerLink::LogEnd(const absl::Status& status) {
  std::string end = status.ok() ? "it ended the session" : status.ToString();
  if (absl::IsAborted(status)) {
    absl::StrAppend(&end, "; does another agent attach as host ", options_.host_id, "?");
  }
  // Once for each change of state, not for each attempt.
  if (end == logged_end_) return;
  LogWarning("no session with the controller at ", options_.controller.ToString(), ": ", end,
             "; samples are kept and the agent tries again every ",
             absl::FormatDuration(options_.backoff_min), " to ",
             absl::FormatDuration(options_.backoff_max));
  logged_end_ = std::move(end);
}

absl::Duration GrpcControllerLink::NextDrive() const {
  switch (state_) {
    case State::kDetached:
      return next_attempt_;
    case State::kAttaching:
      return own_reason_.ok() ? attempt_time_ + options_.welcome_timeout : absl::InfiniteDuration();
    case State::kAttached:
      break;
  }
  if (clock_.MonotonicNow() < hold_until_) return hold_until_;
  if (in_flight_.empty() || !own_reason_.ok()) return absl::InfiniteDuration();
  return std::max(progress_time_, hold_until_) + options_.acknowledge_timeout;
}

void GrpcControllerLink::WaitUntil(absl::Duration deadline) {
  inbox_.Wait(std::max(deadline - clock_.MonotonicNow(), absl::ZeroDuration()));
}

void GrpcControllerLink::Wake() { inbox_.Wake(); }

void GrpcControllerLink::Close(absl::string_view reason) {
  if (session_ != nullptr) {
    v1::AttachRequest request;
    request.mutable_goodbye()->set_reason(std::string(reason));
    session_->SendLast(std::move(request));
    if (!session_->AwaitDone(kGoodbyeTimeout)) session_->Cancel();
    session_->AwaitDone(absl::InfiniteDuration());
    SessionNews news = inbox_.Take();
    if (state_ == State::kAttached && news.acknowledged.has_value()) {
      TakeAcknowledgement(*news.acknowledged);
    }
    session_.reset();
    state_ = State::kDetached;
  }
  spool_->Close();
}

}  // namespace berthmaster
