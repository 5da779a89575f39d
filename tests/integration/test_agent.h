#ifndef BERTHMASTER_TESTS_INTEGRATION_TEST_AGENT_H_
#define BERTHMASTER_TESTS_INTEGRATION_TEST_AGENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "berthmaster/v1/agent.grpc.pb.h"

namespace berthmaster {

// One session of an agent that the test steers message by message.
class TestAgent {
 public:
  // Attaches as host `host_id`.
  TestAgent(const std::shared_ptr<grpc::Channel>& channel, absl::string_view host_id, int64_t epoch,
            int64_t next_sequence);
  // Cancels the stream.
  ~TestAgent();

  // False when the stream has ended. One namespace with one pool 10.0.0.1 -> 10.0.0.2:443 of
  // `in_use` TIME_WAIT sockets of 400, taken `sequence` seconds after a fixed time.
  bool Send(int64_t sequence, int in_use = 10);
  bool Send(const v1::AttachRequest& request);

  // The committed sequence of the welcome; nothing when none comes within thirty seconds.
  std::optional<int64_t> WaitForWelcome();
  // Whether an acknowledgement of `sequence` comes within thirty seconds.
  bool WaitForAck(int64_t sequence);
  // The highest sequence that was acknowledged.
  int64_t acknowledged() const;
  // The status that ended the stream; waits thirty seconds at most.
  grpc::Status WaitForEnd();

 private:
  void Read();

  grpc::ClientContext context_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>> stream_;
  mutable absl::Mutex mutex_;
  std::optional<int64_t> welcome_ ABSL_GUARDED_BY(mutex_);
  int64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread reader_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_INTEGRATION_TEST_AGENT_H_
