#include "tests/circle/berthmaster_stack.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kStartLimit = absl::Seconds(30);
constexpr absl::Duration kCallLimit = absl::Seconds(10);
constexpr absl::Duration kStopLimit = absl::Seconds(10);

[[noreturn]] void Die(absl::string_view what, absl::string_view output) {
  std::fprintf(stderr, "%s\n%s\n", std::string(what).c_str(), std::string(output).c_str());
  std::abort();
}

// Reads `stream` until `take` is true of a message.
template <typename Response>
bool ReadUntil(grpc::ClientReader<Response>& stream,
               const std::function<bool(const Response&)>& take) {
  Response response;
  while (stream.Read(&response)) {
    if (take(response)) return true;
  }
  return false;
}

}  // namespace

BerthmasterStack::BerthmasterStack(const std::vector<std::string>& agent_flags) {
  const char* source_directory = std::getenv("BERTHMASTER_SOURCE_DIR");
  if (source_directory == nullptr) Die("run the test by ./dev test", "");
  controller_ = ChildProcess::Start({BinaryPath("berthmaster-controller"), "--data-dir",
                                     controller_directory_.path(), "--listen", "127.0.0.1:0",
                                     "--web-listen", "127.0.0.1:0", "--web-root",
                                     absl::StrCat(source_directory, "/web/dist")});
  if (!controller_->WaitForOutput("serving gRPC on ", kStartLimit)) {
    Die("the controller does not serve", controller_->Output());
  }
  std::string rest = controller_->OutputAfter("serving gRPC on ");
  api_address_ = rest.substr(0, rest.find_first_of(" ,"));
  std::string web = controller_->OutputAfter("the dashboard on http://");
  web_address_ = web.substr(0, web.find_first_of(" ,/"));
  channel_ = grpc::CreateChannel(api_address_, grpc::InsecureChannelCredentials());

  std::vector<std::string> agent = {BinaryPath("berthmaster-agent"),
                                    "--controller",
                                    api_address_,
                                    "--host-id",
                                    "test-host",
                                    "--state-dir",
                                    agent_directory_.path(),
                                    "--sample-interval",
                                    "1s",
                                    "--cpu-budget",
                                    "100%",
                                    "--metrics-listen",
                                    "off"};
  agent.insert(agent.end(), agent_flags.begin(), agent_flags.end());
  agent_ = ChildProcess::Start(agent);

  auto stub = v1::HostService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kStartLimit));
  auto stream = stub->WatchHosts(&context, {});
  bool sampled = ReadUntil<v1::WatchHostsResponse>(
      *stream, [](const auto& response) { return response.host().has_sample_time(); });
  context.TryCancel();
  stream->Finish();
  if (!sampled) Die("no sample of the agent arrives", Logs());
}

BerthmasterStack::~BerthmasterStack() {
  for (ChildProcess* child : {agent_.get(), controller_.get()}) {
    if (child == nullptr) continue;
    child->Signal(SIGTERM);
    if (child->WaitForExit(kStopLimit) != 0) {
      std::fprintf(stderr, "a daemon did not stop cleanly:\n%s\n", child->Output().c_str());
    }
  }
}

std::string BerthmasterStack::Logs() const {
  return absl::StrCat("\n--- controller\n", controller_->Output(), "--- agent\n",
                      agent_ ? agent_->Output() : "");
}

std::optional<v1::Incident> BerthmasterStack::WaitForIncident(
    const std::function<bool(const v1::Incident&)>& wanted, absl::Duration limit) {
  auto stub = v1::IncidentService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + limit));
  auto stream = stub->WatchIncidents(&context, {});
  std::optional<v1::Incident> found;
  ReadUntil<v1::WatchIncidentsResponse>(*stream, [&](const auto& response) {
    if (wanted(response.incident())) found = response.incident();
    return found.has_value();
  });
  context.TryCancel();
  stream->Finish();
  return found;
}

std::optional<v1::Rollout> BerthmasterStack::WaitForRollout(
    const std::function<bool(const v1::Rollout&)>& wanted, absl::Duration limit) {
  auto stub = v1::RolloutService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + limit));
  auto stream = stub->WatchRollouts(&context, {});
  std::optional<v1::Rollout> found;
  ReadUntil<v1::WatchRolloutsResponse>(*stream, [&](const auto& response) {
    if (wanted(response.rollout())) found = response.rollout();
    return found.has_value();
  });
  context.TryCancel();
  stream->Finish();
  return found;
}

std::vector<v1::Recommendation> BerthmasterStack::Recommendations(const std::string& incident) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallLimit));
  v1::ListRecommendationsRequest request;
  request.mutable_filter()->set_by_incident(incident);
  v1::ListRecommendationsResponse response;
  v1::RecommendationService::NewStub(channel_)->ListRecommendations(&context, request, &response);
  return {response.recommendations().begin(), response.recommendations().end()};
}

std::vector<v1::Incident> BerthmasterStack::Incidents() {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallLimit));
  v1::ListIncidentsResponse response;
  v1::IncidentService::NewStub(channel_)->ListIncidents(&context, {}, &response);
  return {response.incidents().begin(), response.incidents().end()};
}

std::vector<v1::Pool> BerthmasterStack::Pools() {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallLimit));
  v1::ListPoolsResponse response;
  v1::PoolService::NewStub(channel_)->ListPools(&context, {}, &response);
  return {response.pools().begin(), response.pools().end()};
}

grpc::Status BerthmasterStack::Approve(const v1::ApproveRecommendationRequest& request,
                                       v1::ApproveRecommendationResponse& response) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallLimit));
  return v1::RecommendationService::NewStub(channel_)->ApproveRecommendation(&context, request,
                                                                             &response);
}

}  // namespace berthmaster
