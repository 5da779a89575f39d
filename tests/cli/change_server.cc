#include "tests/cli/change_server.h"

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

constexpr char kRange[] = "net.ipv4.ip_local_port_range";

// The one of that name; NOT_FOUND without it.
const v1::Rollout* Find(const std::vector<v1::Rollout>& rollouts, const std::string& name) {
  for (const v1::Rollout& rollout : rollouts) {
    if (rollout.name() == name) return &rollout;
  }
  return nullptr;
}

template <typename Request, typename Response>
grpc::Status Note(FakeRollouts& service, const char* verb, const Request& request,
                  Response& response) {
  const v1::Rollout* rollout = Find(service.rollouts, request.name());
  if (rollout == nullptr) return {grpc::StatusCode::NOT_FOUND, request.name()};
  service.decisions.push_back(
      absl::StrCat(verb, " ", request.name(), ": ", request.reason(), " (", request.etag(), ")"));
  *response.mutable_rollout() = *rollout;
  return grpc::Status::OK;
}

void AddTarget(int number, v1::Rollout& rollout) {
  v1::RolloutTarget& target = *rollout.add_targets();
  target.set_host(absl::StrCat("hosts/web-", number));
  target.set_netns(absl::StrCat("hosts/web-", number, "/netns/7"));
  target.set_netns_label("blue");
  target.set_wave(number);
  v1::TargetSysctl& sysctl = *target.add_sysctls();
  sysctl.mutable_change()->set_sysctl(kRange);
  sysctl.mutable_change()->set_expected_value("32768 60999");
  sysctl.mutable_change()->set_desired_value("15000 64999");
  sysctl.set_state(v1::APPLY_STATE_PENDING);
  sysctl.set_effective_value("32768 60999");
}

}  // namespace

grpc::Status FakeRecommendations::ProposeChange(grpc::ServerContext* /*context*/,
                                                const v1::ProposeChangeRequest* request,
                                                v1::ProposeChangeResponse* response) {
  proposed = *request;
  *response = proposal;
  return grpc::Status::OK;
}

grpc::Status FakeRecommendations::ApproveRecommendation(
    grpc::ServerContext* /*context*/, const v1::ApproveRecommendationRequest* /*request*/,
    v1::ApproveRecommendationResponse* response) {
  *response->mutable_recommendation() = decided;
  return grpc::Status::OK;
}

grpc::Status FakeRecommendations::RejectRecommendation(
    grpc::ServerContext* /*context*/, const v1::RejectRecommendationRequest* /*request*/,
    v1::RejectRecommendationResponse* response) {
  *response->mutable_recommendation() = decided;
  return grpc::Status::OK;
}

grpc::Status FakeRollouts::GetRollout(grpc::ServerContext* /*context*/,
                                      const v1::GetRolloutRequest* request,
                                      v1::GetRolloutResponse* response) {
  const v1::Rollout* rollout = Find(rollouts, request->name());
  if (rollout == nullptr) return {grpc::StatusCode::NOT_FOUND, request->name()};
  *response->mutable_rollout() = *rollout;
  return grpc::Status::OK;
}

grpc::Status FakeRollouts::ListRollouts(grpc::ServerContext* /*context*/,
                                        const v1::ListRolloutsRequest* request,
                                        v1::ListRolloutsResponse* response) {
  listed_host = request->filter().by_host();
  for (const v1::Rollout& rollout : rollouts) *response->add_rollouts() = rollout;
  return grpc::Status::OK;
}

grpc::Status FakeRollouts::PauseRollout(grpc::ServerContext* /*context*/,
                                        const v1::PauseRolloutRequest* request,
                                        v1::PauseRolloutResponse* response) {
  return Note(*this, "pause", *request, *response);
}

grpc::Status FakeRollouts::ResumeRollout(grpc::ServerContext* /*context*/,
                                         const v1::ResumeRolloutRequest* request,
                                         v1::ResumeRolloutResponse* response) {
  return Note(*this, "resume", *request, *response);
}

grpc::Status FakeRollouts::PromoteRollout(grpc::ServerContext* /*context*/,
                                          const v1::PromoteRolloutRequest* request,
                                          v1::PromoteRolloutResponse* response) {
  return Note(*this, "promote", *request, *response);
}

grpc::Status FakeRollouts::AbortRollout(grpc::ServerContext* /*context*/,
                                        const v1::AbortRolloutRequest* request,
                                        v1::AbortRolloutResponse* response) {
  return Note(*this, "abort", *request, *response);
}

grpc::Status FakeRollouts::RevertRollout(grpc::ServerContext* /*context*/,
                                         const v1::RevertRolloutRequest* request,
                                         v1::RevertRolloutResponse* response) {
  return Note(*this, "revert", *request, *response);
}

grpc::Status FakeRollouts::WatchRollouts(grpc::ServerContext* /*context*/,
                                         const v1::WatchRolloutsRequest* request,
                                         grpc::ServerWriter<v1::WatchRolloutsResponse>* writer) {
  watched_recommendation = request->filter().by_recommendation();
  for (const v1::Rollout& rollout : changes) {
    v1::WatchRolloutsResponse response;
    *response.mutable_rollout() = rollout;
    if (!writer->Write(response)) break;
  }
  return grpc::Status::OK;
}

grpc::Status FakeHosts::ListNamespaces(grpc::ServerContext* /*context*/,
                                       const v1::ListNamespacesRequest* /*request*/,
                                       v1::ListNamespacesResponse* response) {
  for (const v1::Netns& netns : namespaces) *response->add_namespaces() = netns;
  return grpc::Status::OK;
}

ChangeServer::ChangeServer() {
  grpc::ServerBuilder builder;
  int bound_port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bound_port);
  builder.RegisterService(&recommendations);
  builder.RegisterService(&rollouts);
  builder.RegisterService(&hosts);
  server_ = builder.BuildAndStart();
  client_ = std::make_unique<Client>(Endpoint{"127.0.0.1", static_cast<uint16_t>(bound_port)});
}

v1::Rollout RolloutInItsSecondWave() {
  v1::Rollout rollout;
  rollout.set_name("rollouts/r1");
  rollout.set_state(v1::ROLLOUT_STATE_WAVE);
  rollout.set_recommendation("recommendations/c1");
  rollout.set_message("wave 2 of 2: sent to 1");
  rollout.set_wave(1);
  rollout.set_wave_count(2);
  rollout.set_etag("4");
  rollout.mutable_create_time()->set_seconds(1767225600);
  rollout.mutable_update_time()->set_seconds(1767225660);
  rollout.add_approvals()->set_decider("ann");
  rollout.add_approvals()->set_decider("bob");
  (*rollout.mutable_plan()->mutable_selector())["workload"] = "shop/api";
  rollout.mutable_plan()->set_canary_count(1);
  rollout.mutable_plan()->mutable_soak()->set_seconds(300);
  rollout.mutable_target_counts()->set_total(2);
  rollout.mutable_target_counts()->set_holding(1);
  rollout.mutable_target_counts()->set_applying(1);
  AddTarget(0, rollout);
  AddTarget(1, rollout);
  v1::RolloutTarget& canary = *rollout.mutable_targets(0);
  canary.set_state(v1::TARGET_STATE_HOLDING);
  canary.set_message("holds");
  canary.mutable_before()->set_utilization(0.93);
  canary.mutable_predicted()->set_utilization(0.52);
  canary.mutable_gates()->mutable_before()->set_resets(0.1);
  canary.mutable_gates()->mutable_after()->set_resets(0.2);
  canary.mutable_sysctls(0)->set_state(v1::APPLY_STATE_APPLIED);
  canary.mutable_sysctls(0)->set_applied_value("15000 64999");
  canary.mutable_sysctls(0)->set_effective_value("15000 64999");
  rollout.mutable_targets(1)->set_state(v1::TARGET_STATE_SENT);
  return rollout;
}

}  // namespace berthmaster
