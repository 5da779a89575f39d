#ifndef BERTHMASTER_AGENT_LINK_ATTACH_SESSION_H_
#define BERTHMASTER_AGENT_LINK_ATTACH_SESSION_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "agent/link/inbox.h"
#include "berthmaster/v1/agent.grpc.pb.h"
#include "common/protocol/nonce_order.h"

namespace berthmaster {

// One stream of AgentService.Attach. Made and deleted by the loop's thread; the reactions run on
// threads of gRPC, never block and post what came in to the inbox. To be deleted only after
// AwaitDone() was true.
class AttachSession final : public grpc::ClientBidiReactor<berthmaster::v1::AttachRequest,
                                                           berthmaster::v1::AttachResponse> {
 public:
  // Begins the call with `hello`. `inbox` must outlive it; `id` marks its news.
  AttachSession(const std::shared_ptr<grpc::Channel>& channel, v1::AttachRequest hello, uint64_t id,
                Inbox& inbox);

  // Queues a message. A peer that lets more than kOutboxMax pile up is not reading: the session is
  // cancelled.
  void Send(v1::AttachRequest request);
  // Queues a last message and ends this side after it.
  void SendLast(v1::AttachRequest request);
  // Ends the session from this side at once.
  void Cancel();
  // Whether the session is over, waiting for it at most `timeout`.
  bool AwaitDone(absl::Duration timeout);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void HandleResponse();
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint64_t id_;
  Inbox& inbox_;
  const std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  // Belongs to gRPC between StartRead and OnReadDone.
  v1::AttachResponse response_;
  NonceOrder pushes_;

  absl::Mutex mutex_;
  // The first one belongs to gRPC while is_writing_.
  std::deque<v1::AttachRequest> outbox_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_last_queued_ ABSL_GUARDED_BY(mutex_) = false;
  // The read side ended: nothing may be started any more.
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;

  absl::Notification done_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_ATTACH_SESSION_H_
