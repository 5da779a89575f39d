#include "cli/client.h"

#include <grpc/grpc.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/grpc_status.h"

namespace berthmaster {
namespace {

// A list page of 1,000 pools with every field is below 1 MiB.
constexpr int kResponseMaxBytes = 64 * 1024 * 1024;
// A person waits: try again soon when the controller is being restarted under a watch.
constexpr int kReconnectMaxMs = 5000;

std::shared_ptr<grpc::Channel> Connect(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kResponseMaxBytes);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Client::Client(const Endpoint& server, std::string user)
    : server_(server.ToString()), user_(std::move(user)) {
  std::shared_ptr<grpc::Channel> channel = Connect(server_);
  hosts_ = v1::HostService::NewStub(channel);
  pools_ = v1::PoolService::NewStub(channel);
  incidents_ = v1::IncidentService::NewStub(channel);
  recommendations_ = v1::RecommendationService::NewStub(channel);
  rollouts_ = v1::RolloutService::NewStub(channel);
  silences_ = v1::SilenceService::NewStub(channel);
  policies_ = v1::PolicyService::NewStub(channel);
  audit_ = v1::AuditService::NewStub(channel);
}

absl::Status Client::Explain(const grpc::Status& status) const {
  absl::Status explained = FromGrpcStatus(status);
  if (explained.code() == absl::StatusCode::kUnavailable) {
    return absl::UnavailableError(absl::StrCat("cannot reach the controller at ", server_, ": ",
                                               explained.message(),
                                               "; is it running, and is --server right?"));
  }
  if (explained.code() == absl::StatusCode::kDeadlineExceeded) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the controller at ", server_, " did not answer in ", absl::FormatDuration(kCallLimit)));
  }
  return explained;
}

}  // namespace berthmaster
