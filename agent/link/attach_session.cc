#include "agent/link/attach_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/status/grpc_status.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

// Twice the samples in flight, for those that are sent again in full while the first ones wait, and
// room for the answers to pushes.
constexpr size_t kOutboxMax = 128;

// What is out of bounds is not repeated.
constexpr size_t kRepeatedBytesMax = 128;

AdviceResult RefusalOf(const v1::DesiredAdvice& advice, const absl::Status& why) {
  AdviceResult result;
  result.rollout = advice.rollout().substr(0, kRepeatedBytesMax);
  result.netns_cookie = static_cast<uint64_t>(std::max<int64_t>(advice.netns_cookie(), 0));
  result.destination = IpAddress::Parse(advice.destination_address()).value_or(IpAddress());
  result.destination_port = static_cast<uint16_t>(std::clamp(advice.destination_port(), 0, 65535));
  result.state = AdviceState::kFailed;
  result.error = std::string(why.message());
  return result;
}

// The refusal of a push that breaks the contract's bounds: one result for each change and advice,
// so that each rollout hears of it.
DesiredStateReply RefusalOf(const v1::DesiredState& push, const absl::Status& why) {
  DesiredStateReply reply;
  reply.nonce = push.nonce();
  int count = std::min(push.changes_size(), kDesiredChangesMax);
  for (int i = 0; i < count; ++i) {
    const v1::DesiredChange& change = push.changes(i);
    ChangeResult result;
    result.rollout = change.rollout().substr(0, kRepeatedBytesMax);
    result.sysctl = change.change().sysctl().substr(0, kRepeatedBytesMax);
    result.netns_cookie = static_cast<uint64_t>(std::max<int64_t>(change.netns_cookie(), 0));
    result.state = ApplyState::kRefused;
    result.error = std::string(why.message());
    reply.results.push_back(std::move(result));
  }
  for (const v1::DesiredAdvice& advice : push.advice()) {
    if (reply.advice_results.size() >= static_cast<size_t>(kDesiredAdviceMax)) break;
    reply.advice_results.push_back(RefusalOf(advice, why));
  }
  return reply;
}

}  // namespace

AttachSession::AttachSession(const std::shared_ptr<grpc::Channel>& channel, v1::AttachRequest hello,
                             uint64_t id, Inbox& inbox)
    : id_(id), inbox_(inbox), stub_(v1::AgentService::NewStub(channel)) {
  stub_->async()->Attach(&context_, this);
  // For the writes of the loop's thread, which come from outside the reactions.
  AddHold();
  {
    absl::MutexLock lock(&mutex_);
    outbox_.push_back(std::move(hello));
    WriteNext();
  }
  StartRead(&response_);
  StartCall();
}

void AttachSession::Send(v1::AttachRequest request) {
  absl::MutexLock lock(&mutex_);
  if (is_closed_ || is_last_queued_) return;
  if (outbox_.size() >= kOutboxMax) {
    context_.TryCancel();
    return;
  }
  outbox_.push_back(std::move(request));
  WriteNext();
}

void AttachSession::SendLast(v1::AttachRequest request) {
  Send(std::move(request));
  absl::MutexLock lock(&mutex_);
  is_last_queued_ = true;
  WriteNext();
}

void AttachSession::Cancel() { context_.TryCancel(); }

bool AttachSession::AwaitDone(absl::Duration timeout) {
  return done_.WaitForNotificationWithTimeout(timeout);
}

void AttachSession::WriteNext() {
  if (is_writing_ || is_closed_) return;
  if (!outbox_.empty()) {
    is_writing_ = true;
    StartWrite(&outbox_.front());
  } else if (is_last_queued_) {
    is_writing_ = true;
    StartWritesDone();
  }
}

void AttachSession::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  if (!outbox_.empty()) outbox_.pop_front();
  // After a failed write the read side ends too, and with it the session.
  if (ok) WriteNext();
}

void AttachSession::OnReadDone(bool ok) {
  if (!ok) {
    {
      absl::MutexLock lock(&mutex_);
      is_closed_ = true;
    }
    RemoveHold();
    return;
  }
  HandleResponse();
  StartRead(&response_);
}

void AttachSession::HandleResponse() {
  inbox_.Update(id_, [this](SessionNews& news) {
    switch (response_.message_case()) {
      case v1::AttachResponse::kWelcome:
        news.welcome = {response_.welcome().committed_sequence(),
                        response_.welcome().accepts_deltas()};
        break;
      case v1::AttachResponse::kSampleAck:
        news.acknowledged =
            std::max(news.acknowledged.value_or(0), response_.sample_ack().committed_sequence());
        break;
      case v1::AttachResponse::kDesiredState: {
        absl::StatusOr<DesiredState> desired = FromProto(response_.desired_state());
        if (desired.ok() && !pushes_.Take(desired->nonce)) {
          LogWarning("a push of number ", desired->nonce, " came after a later one and is dropped");
        } else if (desired.ok()) {
          news.desired = *std::move(desired);
        } else {
          news.refused_push = RefusalOf(response_.desired_state(), desired.status());
        }
        break;
      }
      case v1::AttachResponse::kRetryAfter: {
        absl::StatusOr<absl::Duration> delay =
            FromProto(response_.retry_after().delay(), "retry_after.delay");
        if (delay.ok()) news.retry_after = *delay;
        break;
      }
      case v1::AttachResponse::kFullStateRequest:
        news.full_state_request = response_.full_state_request().committed_sequence();
        break;
      case v1::AttachResponse::MESSAGE_NOT_SET:
        // From a controller of a later version.
        break;
    }
  });
}

void AttachSession::OnDone(const grpc::Status& status) {
  absl::Status ended = FromGrpcStatus(status);
  inbox_.Update(id_, [&ended](SessionNews& news) { news.ended = ended; });
  // The last touch: the loop may delete the session from here on.
  done_.Notify();
}

}  // namespace berthmaster
