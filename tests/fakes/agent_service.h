#ifndef BERTHMASTER_TESTS_FAKES_AGENT_SERVICE_H_
#define BERTHMASTER_TESTS_FAKES_AGENT_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "berthmaster/v1/agent.grpc.pb.h"

namespace berthmaster {

// A controller's AgentService for one agent, with real gRPC on 127.0.0.1. It answers Hello with
// Welcome, keeps the samples it gets and acknowledges them unless told otherwise. Any thread; every
// wait is bounded by kFakeServiceTimeout.
class FakeAgentService final : public v1::AgentService::Service {
 public:
  // What the fake knows: all of it survives Stop() and Start(), as a database would.
  struct Seen {
    std::vector<v1::Hello> hellos;
    // Sequence numbers in the order of their arrival, and those committed: as they came, deltas
    // too.
    std::vector<int64_t> samples;
    std::vector<v1::Sample> committed;
    std::vector<v1::DesiredStateReply> replies;
    std::vector<std::string> goodbyes;
  };

  FakeAgentService() = default;
  ~FakeAgentService() override;

  // Listens; on the port of before, if there was one.
  void Start();
  // Ends every session and listens no more.
  void Stop();
  int listen_port() const { return listen_port_; }

  // While false, samples are neither committed nor acknowledged.
  void set_commits(bool commits);
  // While false, Welcome is that of a controller of before deltas.
  void set_accepts_deltas(bool accepts_deltas);
  // The stream is ended with `status` at the sample with this number, every time it comes.
  void EndAtSample(int64_t sequence, grpc::Status status);
  // Sent in the running session; false when there is none.
  bool Push(const v1::AttachResponse& response);

  Seen seen() const;
  // Whether `condition` becomes true in time.
  template <typename Condition>
  bool Await(Condition condition) const {
    auto holds = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return condition(seen_); };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&holds), absl::Seconds(20));
  }

  grpc::Status Attach(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::AttachResponse, v1::AttachRequest>* stream) override;

 private:
  using Stream = grpc::ServerReaderWriter<v1::AttachResponse, v1::AttachRequest>;

  grpc::Status TakeSample(const v1::Sample& sample, Stream* stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  int listen_port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  mutable absl::Mutex mutex_;
  Seen seen_ ABSL_GUARDED_BY(mutex_);
  Stream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool commits_ ABSL_GUARDED_BY(mutex_) = true;
  bool accepts_deltas_ ABSL_GUARDED_BY(mutex_) = true;
  int64_t committed_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t end_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::Status end_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FAKES_AGENT_SERVICE_H_
