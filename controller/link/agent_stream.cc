#include "controller/link/agent_stream.h"

#include <grpc/support/time.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/grpc_status.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/identity_wire.h"
#include "common/wire/sample_delta.h"
#include "common/wire/sample_wire.h"

namespace berthmaster {
namespace {

// A goodbye's reason goes into the log; this much of it.
constexpr size_t kGoodbyeTextMax = 200;

gpr_timespec After(absl::Duration delay) {
  return gpr_time_from_millis(absl::ToInt64Milliseconds(delay), GPR_TIMESPAN);
}

absl::Status CheckPoolCount(int64_t sequence, int64_t pools) {
  if (pools <= kPoolsPerSampleMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("sample ", sequence, ": has ", pools, " pools, more than ", kPoolsPerSampleMax));
}

// Before anything is read.
absl::Status CheckPoolCount(const v1::Sample& sample) {
  int64_t pools = 0;
  for (const v1::NetnsSample& netns : sample.namespaces()) {
    pools += netns.pools_size() + netns.removed_pools_size();
  }
  return CheckPoolCount(sample.sequence(), pools);
}

// After a merge.
absl::Status CheckPoolCount(const HostSample& sample) {
  int64_t pools = 0;
  for (const NetnsSample& netns : sample.namespaces) {
    pools += static_cast<int64_t>(netns.pools.size());
  }
  return CheckPoolCount(sample.sequence, pools);
}

}  // namespace

AgentStream* AgentStream::Start(Engine* engine, const AgentServiceOptions& options,
                                std::atomic<int>* session_count) {
  auto stream = std::make_shared<AgentStream>(engine, options, session_count);
  stream->self_ = stream;
  stream->Begin();
  return stream.get();
}

AgentStream::AgentStream(Engine* engine, const AgentServiceOptions& options,
                         std::atomic<int>* session_count)
    : engine_(engine), options_(options), session_count_(session_count) {}

void AgentStream::Begin() {
  // Alarms hold the stream weakly: an alarm keeps its callback, and the stream its alarms.
  std::weak_ptr<AgentStream> weak = weak_from_this();
  hello_alarm_.Set(After(options_.hello_timeout), [weak](bool expired) {
    if (auto stream = weak.lock(); stream != nullptr && expired) stream->OnHelloAlarm();
  });
  Read();
}

void AgentStream::Read() {
  absl::MutexLock lock(&mutex_);
  if (!finished_) StartRead(&request_);
}

void AgentStream::OnReadDone(const bool ok) {
  if (!ok) {
    // The agent closed its side, or the connection is gone.
    DetachOnce(false);
    End(absl::OkStatus());
    return;
  }
  if (absl::Status status = Handle(); !status.ok()) {
    DetachOnce(false);
    End(status);
  }
}

absl::Status AgentStream::Handle() {
  bool hello_taken = false;
  {
    absl::MutexLock lock(&mutex_);
    hello_taken = hello_taken_;
  }
  if (hello_taken == request_.has_hello()) {
    return absl::InvalidArgumentError(hello_taken
                                          ? "hello: only the first message of a stream may be Hello"
                                          : "the first message of a stream must be Hello");
  }
  switch (request_.message_case()) {
    case v1::AttachRequest::kHello:
      return HandleHello();
    case v1::AttachRequest::kSample:
      return HandleSample();
    case v1::AttachRequest::kDesiredStateReply:
      return HandleReply();
    case v1::AttachRequest::kGoodbye:
      HandleGoodbye();
      return absl::OkStatus();
    case v1::AttachRequest::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "message: is empty or of a kind that this controller does not know; use an agent of its "
      "version");
}

absl::Status AgentStream::HandleHello() {
  absl::StatusOr<AgentHello> hello = FromProto(request_.hello());
  if (!hello.ok()) return Annotate(hello.status(), "hello");
  {
    absl::MutexLock lock(&mutex_);
    hello_taken_ = true;
  }
  hello_alarm_.Cancel();
  host_id_ = hello->host_id;
  engine_->Attach(*std::move(hello), shared_from_this());
  {
    // After the attach, so that no detach overtakes it; OnDone makes up for one that came between.
    absl::MutexLock lock(&mutex_);
    attached_ = true;
  }
  Read();
  return absl::OkStatus();
}

absl::Status AgentStream::HandleSample() {
  const v1::Sample& proto = request_.sample();
  BERTHMASTER_RETURN_IF_ERROR(CheckPoolCount(proto));
  SampleIntake::Judgement judgement;
  {
    absl::MutexLock lock(&mutex_);
    judgement = intake_.Judge(proto.sequence(), proto.base_sequence());
    if (judgement.verdict == SampleIntake::Verdict::kAskForFull) {
      outbound_.PutFullStateRequest();
      Pump();
    }
  }
  if (judgement.verdict != SampleIntake::Verdict::kRead) {
    request_ = v1::AttachRequest();
    Read();
    return absl::OkStatus();
  }
  absl::StatusOr<HostSample> sample = judgement.base == nullptr
                                          ? FromProto(proto, host_id_)
                                          : FromDelta(proto, *judgement.base, host_id_);
  if (!sample.ok()) return Annotate(sample.status(), absl::StrCat("sample ", proto.sequence()));
  BERTHMASTER_RETURN_IF_ERROR(CheckPoolCount(*sample));
  held_sample_ = std::make_shared<const HostSample>(*std::move(sample));
  // Not Clear(), which keeps the memory: between samples a session is to cost little.
  request_ = v1::AttachRequest();
  {
    absl::MutexLock lock(&mutex_);
    intake_.Keep(held_sample_);
  }
  OfferSample();
  return absl::OkStatus();
}

void AgentStream::OfferSample() {
  if (engine_->OfferSample(shared_from_this(), held_sample_)) {
    held_sample_.reset();
    Read();
    return;
  }
  // Nothing more is read until the engine has taken it.
  SendRetryAfter(options_.retry_delay);
  std::weak_ptr<AgentStream> weak = weak_from_this();
  retry_alarm_ = std::make_unique<grpc::Alarm>();
  retry_alarm_->Set(After(options_.retry_delay), [weak](bool expired) {
    if (auto stream = weak.lock(); stream != nullptr && expired) stream->OnRetryAlarm();
  });
}

absl::Status AgentStream::HandleReply() {
  absl::StatusOr<DesiredStateReply> reply = FromProto(request_.desired_state_reply());
  if (!reply.ok()) return Annotate(reply.status(), "desired_state_reply");
  // An answer counts once; what the agent says of its own accord has no number.
  if (reply->nonce == 0 || replies_.Take(reply->nonce)) {
    engine_->OfferReply(shared_from_this(), *std::move(reply));
  }
  Read();
  return absl::OkStatus();
}

void AgentStream::HandleGoodbye() {
  LogDebug("an agent says goodbye: ", request_.goodbye().reason().substr(0, kGoodbyeTextMax));
  DetachOnce(true);
  End(absl::OkStatus());
}

void AgentStream::OnHelloAlarm() {
  {
    absl::MutexLock lock(&mutex_);
    if (hello_taken_) return;
  }
  End(absl::InvalidArgumentError(absl::StrCat("no Hello came within ",
                                              absl::FormatDuration(options_.hello_timeout),
                                              "; it must be the first message of a stream")));
}

void AgentStream::OnRetryAlarm() {
  {
    absl::MutexLock lock(&mutex_);
    if (finished_ || end_.has_value()) return;
  }
  OfferSample();
}

void AgentStream::SendWelcome(int64_t committed_sequence) {
  absl::MutexLock lock(&mutex_);
  outbound_.PutWelcome(committed_sequence);
  Pump();
}

void AgentStream::SendSampleAck(int64_t committed_sequence) {
  absl::MutexLock lock(&mutex_);
  intake_.Acknowledge(committed_sequence);
  outbound_.PutAck(committed_sequence);
  Pump();
}

void AgentStream::SendDesiredState(const DesiredState& desired) {
  absl::MutexLock lock(&mutex_);
  outbound_.PutDesiredState(desired);
  Pump();
}

void AgentStream::SendRetryAfter(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  outbound_.PutRetryAfter(delay);
  Pump();
}

void AgentStream::Pump() {
  if (writing_ || finished_ || end_.has_value()) return;
  std::optional<v1::AttachResponse> next = outbound_.Next();
  if (!next.has_value()) return;
  response_ = *std::move(next);
  writing_ = true;
  StartWrite(&response_);
}

void AgentStream::OnWriteDone(bool /*ok*/) {
  // A failed write means a broken stream, which the read in flight reports too.
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (end_.has_value()) {
    FinishNow();
  } else {
    Pump();
  }
}

void AgentStream::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (finished_ || end_.has_value()) return;
  end_ = status;
  if (!writing_) FinishNow();
}

void AgentStream::FinishNow() {
  if (finished_) return;
  finished_ = true;
  Finish(ToGrpcStatus(*end_));
}

void AgentStream::OnCancel() {
  DetachOnce(false);
  End(absl::CancelledError("the stream was cancelled"));
}

void AgentStream::DetachOnce(const bool goodbye) {
  {
    absl::MutexLock lock(&mutex_);
    if (!std::exchange(attached_, false)) return;
  }
  engine_->Detach(shared_from_this(), goodbye);
}

void AgentStream::OnDone() {
  hello_alarm_.Cancel();
  DetachOnce(false);
  session_count_->fetch_sub(1);
  // The last reference may go with this one.
  std::shared_ptr<AgentStream> last = std::move(self_);
}

}  // namespace berthmaster
