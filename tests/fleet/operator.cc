#include "tests/fleet/operator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/user_name.h"
#include "tests/fleet/pods.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kCallLimit = absl::Seconds(20);

void Prepare(grpc::ClientContext& context, const char* user, absl::Duration limit = kCallLimit) {
  context.AddMetadata(kUserMetadata, user);
  context.set_deadline(absl::ToChronoTime(absl::Now() + limit));
}

}  // namespace

v1::RolloutPlan Operator::Plan() {
  v1::RolloutPlan plan;
  (*plan.mutable_selector())["process"] = kPodProcess;
  plan.set_canary_count(1);
  plan.add_waves()->set_percent(20);
  return plan;
}

std::optional<v1::Recommendation> Operator::Propose(const v1::RolloutPlan& plan) {
  grpc::ClientContext context;
  Prepare(context, "alice");
  v1::ProposeChangeRequest request;
  (*request.mutable_desired_values())[kFleetSysctl] = kWideRange;
  *request.mutable_plan() = plan;
  request.set_reason("the pods run short of ports");
  v1::ProposeChangeResponse response;
  const grpc::Status status =
      v1::RecommendationService::NewStub(channel_)->ProposeChange(&context, request, &response);
  if (!status.ok()) {
    ADD_FAILURE() << status.error_message();
    return std::nullopt;
  }
  EXPECT_EQ(response.netns_size(), kFleetHosts * kPodsPerHost) << response.ShortDebugString();
  return response.recommendation();
}

std::optional<v1::Rollout> Operator::Approve(const v1::Recommendation& recommendation) {
  grpc::ClientContext context;
  Prepare(context, "bob");
  v1::ApproveRecommendationRequest request;
  request.set_name(recommendation.name());
  request.set_etag(recommendation.etag());
  request.set_reason("there is room above");
  v1::ApproveRecommendationResponse response;
  const grpc::Status status = v1::RecommendationService::NewStub(channel_)->ApproveRecommendation(
      &context, request, &response);
  if (!status.ok()) {
    ADD_FAILURE() << status.error_message();
    return std::nullopt;
  }
  grpc::ClientContext get_context;
  Prepare(get_context, "bob");
  v1::GetRolloutRequest get;
  get.set_name(response.recommendation().rollout());
  v1::GetRolloutResponse got;
  const grpc::Status found =
      v1::RolloutService::NewStub(channel_)->GetRollout(&get_context, get, &got);
  if (!found.ok()) {
    ADD_FAILURE() << found.error_message() << response.ShortDebugString();
    return std::nullopt;
  }
  return got.rollout();
}

std::optional<v1::Rollout> Operator::RollOut(const v1::RolloutPlan& plan) {
  std::optional<v1::Recommendation> recommendation = Propose(plan);
  if (!recommendation.has_value()) return std::nullopt;
  return Approve(*recommendation);
}

std::optional<v1::Rollout> Operator::WaitForRollout(
    const std::string& name, const std::function<bool(const v1::Rollout&)>& wanted,
    absl::Duration limit, v1::Rollout* latest) {
  auto stub = v1::RolloutService::NewStub(channel_);
  grpc::ClientContext context;
  Prepare(context, "bob", limit);
  context.set_wait_for_ready(true);
  auto stream = stub->WatchRollouts(&context, {});
  std::optional<v1::Rollout> found;
  v1::WatchRolloutsResponse response;
  while (!found.has_value() && stream->Read(&response)) {
    if (response.rollout().name() != name) continue;
    if (latest != nullptr) *latest = response.rollout();
    if (wanted(response.rollout())) found = response.rollout();
  }
  context.TryCancel();
  stream->Finish();
  return found;
}

bool Operator::WaitForSamples(int hosts, int netns, absl::Duration span, absl::Duration limit) {
  auto stub = v1::HostService::NewStub(channel_);
  grpc::ClientContext context;
  Prepare(context, "bob", limit);
  auto stream = stub->WatchHosts(&context, {});
  std::map<std::string, absl::Time> first;
  std::map<std::string, bool> is_ready;
  int ready_count = 0;
  v1::WatchHostsResponse response;
  while (ready_count < hosts && stream->Read(&response)) {
    const v1::Host& host = response.host();
    if (!host.has_sample_time() || host.netns_count() != netns) continue;
    const absl::Time time = absl::FromUnixSeconds(host.sample_time().seconds()) +
                            absl::Nanoseconds(host.sample_time().nanos());
    const absl::Time begin = first.emplace(host.name(), time).first->second;
    if (time - begin < span || is_ready[host.name()]) continue;
    is_ready[host.name()] = true;
    ++ready_count;
  }
  context.TryCancel();
  stream->Finish();
  return ready_count == hosts;
}

std::vector<v1::AuditEntry> Operator::ExportAudit() {
  grpc::ClientContext context;
  Prepare(context, "bob");
  auto stub = v1::AuditService::NewStub(channel_);
  auto stream = stub->ExportAuditEntries(&context, {});
  std::vector<v1::AuditEntry> entries;
  v1::ExportAuditEntriesResponse response;
  while (stream->Read(&response)) entries.push_back(response.audit_entry());
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return entries;
}

v1::VerifyAuditResponse Operator::VerifyAudit() {
  grpc::ClientContext context;
  Prepare(context, "bob");
  v1::VerifyAuditResponse response;
  const grpc::Status status =
      v1::AuditService::NewStub(channel_)->VerifyAudit(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

bool IsOver(const v1::Rollout& rollout) {
  return rollout.state() == v1::ROLLOUT_STATE_CONFIRMED ||
         rollout.state() == v1::ROLLOUT_STATE_REVERTED ||
         rollout.state() == v1::ROLLOUT_STATE_FAILED;
}

std::string Describe(const v1::Rollout& rollout) {
  std::string text = absl::StrCat(v1::RolloutState_Name(rollout.state()), ", wave ", rollout.wave(),
                                  " of ", rollout.wave_count(), ": ", rollout.message(), "; ",
                                  rollout.stop_reason(), "\n");
  for (const v1::RolloutTarget& target : rollout.targets()) {
    absl::StrAppend(&text, target.host(), " ", target.netns_label(), ", wave ", target.wave(), ": ",
                    v1::TargetState_Name(target.state()), ": ", target.message(), "\n");
  }
  return text;
}

}  // namespace berthmaster
