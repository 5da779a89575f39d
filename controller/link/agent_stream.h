#ifndef BERTHMASTER_CONTROLLER_LINK_AGENT_STREAM_H_
#define BERTHMASTER_CONTROLLER_LINK_AGENT_STREAM_H_

#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/protocol/nonce_order.h"
#include "controller/engine/agent_session.h"
#include "controller/engine/engine.h"
#include "controller/link/agent_service.h"
#include "controller/link/outbound.h"
#include "controller/link/sample_intake.h"

namespace berthmaster {

// Pools of all namespaces in one sample. An agent sends far fewer; a hostile message of the
// greatest size could say ten times as many, at 0.6 KiB of memory each.
inline constexpr int kPoolsPerSampleMax = 65536;

// One stream of one agent. gRPC's threads call the reactions, the engine's thread the methods of
// AgentSession; `mutex_` is between them, and no call to the engine is made under it. It owns
// itself until OnDone; the engine may hold it for longer, when every method does nothing.
class AgentStream final : public grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>,
                          public AgentSession,
                          public std::enable_shared_from_this<AgentStream> {
 public:
  // `session_count` is lowered by one at the end. It and `engine` must outlive the stream's call.
  static AgentStream* Start(Engine* engine, const AgentServiceOptions& options,
                            std::atomic<int>* session_count);

  AgentStream(Engine* engine, const AgentServiceOptions& options, std::atomic<int>* session_count);

  void SendWelcome(int64_t committed_sequence) override;
  void SendSampleAck(int64_t committed_sequence) override;
  void SendDesiredState(const DesiredState& desired) override;
  void SendRetryAfter(absl::Duration delay) override;
  void End(const absl::Status& status) override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Begin();
  void Read();
  // Each returns an error when the stream is to end with it, and has asked for the next message
  // otherwise.
  absl::Status Handle();
  absl::Status HandleHello();
  absl::Status HandleSample();
  void OfferSample();
  absl::Status HandleReply();
  void HandleGoodbye();
  void OnHelloAlarm();
  void OnRetryAlarm();
  void DetachOnce(bool goodbye);
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Engine* engine_;
  AgentServiceOptions options_;
  std::atomic<int>* session_count_;
  // Released in OnDone.
  std::shared_ptr<AgentStream> self_;

  // Touched by reads alone, of which there is one at a time; while a sample is held there is none,
  // and the retry alarm stands for it.
  v1::AttachRequest request_;
  // Read, and not yet taken by the engine.
  std::shared_ptr<const HostSample> held_sample_;
  std::string host_id_;
  std::unique_ptr<grpc::Alarm> retry_alarm_;
  // Of the reading side.
  NonceOrder replies_;
  grpc::Alarm hello_alarm_;

  absl::Mutex mutex_;
  v1::AttachResponse response_ ABSL_GUARDED_BY(mutex_);
  Outbound outbound_ ABSL_GUARDED_BY(mutex_);
  SampleIntake intake_ ABSL_GUARDED_BY(mutex_);
  bool hello_taken_ ABSL_GUARDED_BY(mutex_) = false;
  bool attached_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // What to end with once the write in flight is over.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_LINK_AGENT_STREAM_H_
