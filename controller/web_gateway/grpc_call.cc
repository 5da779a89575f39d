#include "controller/web_gateway/grpc_call.h"

#include <grpc/support/time.h>

#include <utility>
#include <vector>

namespace berthmaster {
namespace {

std::string Join(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

void OpenCalls::Add() {
  absl::MutexLock lock(&mutex_);
  ++count_;
}

void OpenCalls::Remove() {
  absl::MutexLock lock(&mutex_);
  --count_;
}

bool OpenCalls::WaitUntilNone(absl::Duration patience) {
  auto is_none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return count_ == 0; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&is_none), patience);
}

std::shared_ptr<GrpcCall> GrpcCall::Start(grpc::GenericStub& stub, Request request,
                                          Handlers handlers,
                                          const std::shared_ptr<OpenCalls>& open_calls) {
  std::shared_ptr<GrpcCall> call(new GrpcCall(std::move(handlers), open_calls));
  call->self_ = call;
  open_calls->Add();
  if (request.timeout.has_value()) {
    // gRPC takes a span as from now.
    call->context_.set_deadline(
        gpr_time_from_nanos(absl::ToInt64Nanoseconds(*request.timeout), GPR_TIMESPAN));
  }
  const grpc::Slice slice(request.message);
  call->request_ = grpc::ByteBuffer(&slice, 1);
  stub.PrepareBidiStreamingCall(&call->context_, request.method, {}, call.get());
  {
    absl::MutexLock lock(&call->mutex_);
    call->is_reading_ = true;
    call->has_hold_ = true;
  }
  call->AddHold();
  call->StartWriteLast(&call->request_, grpc::WriteOptions());
  call->StartRead(&call->response_);
  call->StartCall();
  return call;
}

void GrpcCall::ReadNext() {
  absl::MutexLock lock(&mutex_);
  // Without the hold the call is over or cancelled.
  if (!has_hold_ || is_reading_) return;
  is_reading_ = true;
  StartRead(&response_);
}

void GrpcCall::Cancel() {
  context_.TryCancel();
  absl::MutexLock lock(&mutex_);
  is_cancelled_ = true;
  // A read in flight drops the hold when it is done.
  if (!is_reading_) DropHold();
}

void GrpcCall::OnReadDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    is_reading_ = false;
    // Nobody asks for a message after the last one, nor after a cancellation.
    if (!ok || is_cancelled_) return DropHold();
  }
  handlers_.on_message(Join(response_));
}

void GrpcCall::OnDone(const grpc::Status& status) {
  handlers_.on_end(status);
  // The handlers hold the session, which holds this.
  handlers_ = {};
  const std::shared_ptr<OpenCalls> open_calls = open_calls_;
  // Before whoever waits goes on and lets its channel go: the context holds the channel too, and
  // the last of it may not end on a thread of gRPC's own, which would wait for itself.
  std::shared_ptr<GrpcCall> last = std::move(self_);
  last.reset();
  open_calls->Remove();
}

void GrpcCall::DropHold() {
  if (!has_hold_) return;
  has_hold_ = false;
  RemoveHold();
}

}  // namespace berthmaster
