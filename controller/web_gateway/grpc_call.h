#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_GRPC_CALL_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_GRPC_CALL_H_

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace berthmaster {

// How many calls are open, so that a stop can wait for them. Any thread.
class OpenCalls {
 public:
  void Add();
  void Remove();
  // False when some were still open after `patience`.
  bool WaitUntilNone(absl::Duration patience);

 private:
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// One call to the services in this process, in raw bytes: one message up, any number down, one at a
// time. Unary methods are called the same way. Owns itself until gRPC is done with it.
class GrpcCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  struct Request {
    // "/berthmaster.v1.PoolService/ListPools"
    std::string method;
    std::string message;
    // From now; nothing for no deadline.
    std::optional<absl::Duration> timeout;
  };
  // Called on gRPC's threads, one after the other, on_end last and exactly once.
  struct Handlers {
    std::function<void(std::string message)> on_message;
    std::function<void(const grpc::Status& status)> on_end;
  };

  // Begins the call and the read of its first message.
  static std::shared_ptr<GrpcCall> Start(grpc::GenericStub& stub, Request request,
                                         Handlers handlers,
                                         const std::shared_ptr<OpenCalls>& open_calls);

  // Reads the next message; once after each on_message. Any thread.
  void ReadNext();
  // Ends the call soon; on_end still comes. Any thread, any number of times.
  void Cancel();

  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  GrpcCall(Handlers handlers, std::shared_ptr<OpenCalls> open_calls)
      : handlers_(std::move(handlers)), open_calls_(std::move(open_calls)) {}

  // Gives up the hold that allows a read from outside of a reaction.
  void DropHold() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Handlers handlers_;
  const std::shared_ptr<OpenCalls> open_calls_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::shared_ptr<GrpcCall> self_;

  absl::Mutex mutex_;
  bool is_reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_hold_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_GRPC_CALL_H_
