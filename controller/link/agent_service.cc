#include "controller/link/agent_service.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/grpc_status.h"
#include "controller/link/agent_stream.h"

namespace berthmaster {
namespace {

using AttachReactor = grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>;

// A stream that ends before it begins. Owns itself until OnDone, as gRPC wants it.
class RefusedStream final : public AttachReactor {
 public:
  static AttachReactor* Start(const absl::Status& status) {
    auto stream = std::make_unique<RefusedStream>();
    RefusedStream* reactor = stream.get();
    reactor->self_ = std::move(stream);
    reactor->Finish(ToGrpcStatus(status));
    return reactor;
  }

  void OnDone() override { std::unique_ptr<RefusedStream> last = std::move(self_); }

 private:
  std::unique_ptr<RefusedStream> self_;
};

}  // namespace

AgentServiceImpl::AgentServiceImpl(Engine* engine, AgentServiceOptions options)
    : engine_(engine), options_(options) {}

AttachReactor* AgentServiceImpl::Attach(grpc::CallbackServerContext* /*context*/) {
  if (session_count_.fetch_add(1) >= options_.sessions_max) {
    session_count_.fetch_sub(1);
    return RefusedStream::Start(absl::ResourceExhaustedError(
        absl::StrCat("the controller has ", options_.sessions_max,
                     " agents, which is its limit; attach later or to another one")));
  }
  return AgentStream::Start(engine_, options_, &session_count_);
}

}  // namespace berthmaster
