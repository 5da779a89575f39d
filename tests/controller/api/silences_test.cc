// SilenceService and PolicyService over the wire.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berthmaster/v1/policy.grpc.pb.h"
#include "berthmaster/v1/silence.grpc.pb.h"
#include "controller/api/incident_conversion.h"
#include "controller/api/policy_conversion.h"
#include "controller/detect/threshold_fields.h"
#include "tests/controller/api/api_fixture.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SilencesApiTest : public ApiTest {
 protected:
  void SetUp() override {
    ControlState state;
    state.hosts = {MakeHost("web-1", {})->host};
    state.incidents = {MakeIncident("i1"), MakeIncident("i2", "web-2")};
    Serve(state);
    silences_ = v1::SilenceService::NewStub(channel());
    incidents_ = v1::IncidentService::NewStub(channel());
  }

  static v1::CreateSilenceRequest Request() {
    v1::CreateSilenceRequest request;
    (*request.mutable_silence()->mutable_selector())["host"] = "web-1";
    request.mutable_silence()->set_reason("kernel upgrade");
    request.mutable_length()->set_seconds(600);
    return request;
  }
  v1::CreateSilenceResponse Create(const v1::CreateSilenceRequest& request = Request()) {
    v1::CreateSilenceResponse response;
    const grpc::Status status =
        silences_->CreateSilence(BoundedContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  grpc::Status Refusal(const v1::CreateSilenceRequest& request) {
    v1::CreateSilenceResponse response;
    return silences_->CreateSilence(BoundedContext().get(), request, &response);
  }
  std::vector<std::string> List(const v1::ListSilencesRequest& request) {
    v1::ListSilencesResponse response;
    EXPECT_TRUE(silences_->ListSilences(BoundedContext().get(), request, &response).ok());
    std::vector<std::string> names;
    for (const v1::Silence& silence : response.silences()) names.push_back(silence.name());
    return names;
  }
  std::vector<std::string> Incidents(std::optional<bool> by_silenced) {
    v1::ListIncidentsRequest request;
    if (by_silenced.has_value()) request.mutable_filter()->set_by_silenced(*by_silenced);
    v1::ListIncidentsResponse response;
    EXPECT_TRUE(incidents_->ListIncidents(BoundedContext().get(), request, &response).ok());
    std::vector<std::string> names;
    for (const v1::Incident& incident : response.incidents()) names.push_back(incident.name());
    return names;
  }

  std::unique_ptr<v1::SilenceService::Stub> silences_;
  std::unique_ptr<v1::IncidentService::Stub> incidents_;
};

TEST_F(SilencesApiTest, AnsweredMeansInForceAndListed) {
  const v1::CreateSilenceResponse created = Create();

  EXPECT_EQ(created.muted_incident_count(), 1);
  EXPECT_EQ(created.silence().state(), v1::SILENCE_STATE_ACTIVE);
  EXPECT_EQ(created.silence().creator(), "local");
  EXPECT_EQ(created.silence().expire_time().seconds() - created.silence().start_time().seconds(),
            600);
  EXPECT_THAT(List({}), ElementsAre(created.silence().name()));
  EXPECT_EQ(fleet_.FindIncident("i1")->silenced(), true);
  EXPECT_EQ(fleet_.FindIncident("i2")->silenced(), false);
}

TEST_F(SilencesApiTest, ASilencedIncidentDoesNotCountForItsHost) {
  auto hosts = v1::HostService::NewStub(channel());
  v1::GetHostRequest request;
  request.set_name("hosts/web-1");
  v1::GetHostResponse before;
  v1::GetHostResponse after;

  ASSERT_TRUE(hosts->GetHost(BoundedContext().get(), request, &before).ok());
  Create();
  ASSERT_TRUE(hosts->GetHost(BoundedContext().get(), request, &after).ok());

  EXPECT_EQ(before.host().open_incident_count(), 1);
  EXPECT_EQ(after.host().open_incident_count(), 0);
}

TEST_F(SilencesApiTest, IncidentsAreFilteredByIt) {
  Create();

  EXPECT_THAT(Incidents(true), ElementsAre("incidents/i1"));
  EXPECT_THAT(Incidents(false), ElementsAre("incidents/i2"));
  EXPECT_THAT(Incidents(std::nullopt), ElementsAre("incidents/i2", "incidents/i1"));
}

TEST_F(SilencesApiTest, ExpiringMakesItLoudAndChangesTheState) {
  v1::ExpireSilenceRequest request;
  request.set_name(Create().silence().name());
  v1::ExpireSilenceResponse response;

  ASSERT_TRUE(silences_->ExpireSilence(BoundedContext().get(), request, &response).ok());

  EXPECT_EQ(response.silence().state(), v1::SILENCE_STATE_EXPIRED);
  EXPECT_EQ(response.silence().ender(), "local");
  EXPECT_FALSE(fleet_.FindIncident("i1")->silenced());
  v1::ListSilencesRequest active;
  active.mutable_filter()->add_by_states(v1::SILENCE_STATE_ACTIVE);
  EXPECT_THAT(List(active), IsEmpty());
}

TEST_F(SilencesApiTest, StatesGoOnByTime) {
  v1::CreateSilenceRequest request = Request();
  *request.mutable_silence()->mutable_start_time() = [this] {
    google::protobuf::Timestamp time;
    time.set_seconds(absl::ToUnixSeconds(clock_.SystemNow()) + 60);
    return time;
  }();
  v1::GetSilenceRequest get;
  get.set_name(Create(request).silence().name());
  auto state = [&] {
    v1::GetSilenceResponse response;
    EXPECT_TRUE(silences_->GetSilence(BoundedContext().get(), get, &response).ok());
    return response.silence().state();
  };

  EXPECT_EQ(state(), v1::SILENCE_STATE_PENDING);
  clock_.Advance(absl::Seconds(60));
  EXPECT_EQ(state(), v1::SILENCE_STATE_ACTIVE);
  clock_.Advance(absl::Seconds(600));
  EXPECT_EQ(state(), v1::SILENCE_STATE_EXPIRED);
}

TEST_F(SilencesApiTest, RefusalsNameTheField) {
  v1::CreateSilenceRequest request = Request();
  request.mutable_silence()->clear_reason();
  EXPECT_EQ(ReasonOf(Refusal(request)), "REASON_INVALID");

  request = Request();
  request.mutable_silence()->clear_selector();
  EXPECT_EQ(ReasonOf(Refusal(request)), "SELECTOR_EMPTY");

  request = Request();
  request.clear_length();
  EXPECT_EQ(ReasonOf(Refusal(request)), "SILENCE_TIME_INVALID");

  request = Request();
  request.set_request_id("1");
  EXPECT_THAT(Refusal(request).error_message(), HasSubstr("request_id: "));

  v1::GetSilenceRequest get;
  get.set_name("silences/none");
  v1::GetSilenceResponse response;
  EXPECT_EQ(silences_->GetSilence(BoundedContext().get(), get, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

class PolicyApiTest : public ApiTest {
 protected:
  void SetUp() override {
    Serve();
    policies_ = v1::PolicyService::NewStub(channel());
  }

  grpc::Status Update(const v1::DetectionPolicy& policy, bool validate_only = false) {
    v1::UpdateDetectionPolicyRequest request;
    *request.mutable_policy() = policy;
    request.set_validate_only(validate_only);
    v1::UpdateDetectionPolicyResponse response;
    return policies_->UpdateDetectionPolicy(BoundedContext().get(), request, &response);
  }
  v1::GetDetectionPolicyResponse Get() {
    v1::GetDetectionPolicyResponse response;
    EXPECT_TRUE(policies_->GetDetectionPolicy(BoundedContext().get(), {}, &response).ok());
    return response;
  }
  static v1::DetectionPolicy Batch(double near_limit) {
    v1::DetectionPolicy policy;
    v1::DetectionRule& rule = *policy.add_rules();
    rule.set_name("batch");
    (*rule.mutable_selector())["unit"] = "batch.service";
    rule.mutable_thresholds()->set_near_limit_utilization_min(near_limit);
    return policy;
  }

  std::unique_ptr<v1::PolicyService::Stub> policies_;
};

TEST_F(PolicyApiTest, SaysTheDefaultsAndTheBoundsBeforeAnybodySetIt) {
  const v1::GetDetectionPolicyResponse response = Get();

  EXPECT_EQ(response.policy().name(), "policies/detection");
  EXPECT_EQ(response.policy().rules_size(), 0);
  EXPECT_FALSE(response.policy().has_update_time());
  EXPECT_EQ(response.defaults().near_limit_utilization_min(), 0.9);
  EXPECT_EQ(response.least().leak_time().seconds(), 10);
  EXPECT_EQ(response.largest().leak_horizon().seconds(), 24 * 3600);
}

TEST_F(PolicyApiTest, KeepsWhatWasSet) {
  ASSERT_TRUE(Update(Batch(0.97)).ok());

  const v1::DetectionPolicy policy = Get().policy();

  ASSERT_EQ(policy.rules_size(), 1);
  EXPECT_EQ(policy.rules(0).name(), "batch");
  EXPECT_EQ(policy.rules(0).selector().at("unit"), "batch.service");
  EXPECT_EQ(policy.rules(0).thresholds().near_limit_utilization_min(), 0.97);
  EXPECT_FALSE(policy.rules(0).thresholds().has_leak_time());
  EXPECT_EQ(policy.updater(), "local");
}

TEST_F(PolicyApiTest, RefusesWithTheRuleTheFieldAndTheBounds) {
  const grpc::Status status = Update(Batch(97), true);

  EXPECT_EQ(ReasonOf(status), "POLICY_INVALID");
  EXPECT_EQ(status.error_message(),
            "rule 'batch': near_limit_utilization_min: 97 is not within 0.5 and 1");
}

TEST_F(PolicyApiTest, AnOldEtagAborts) {
  v1::DetectionPolicy policy = Get().policy();
  ASSERT_TRUE(Update(Batch(0.97)).ok());

  EXPECT_EQ(ReasonOf(Update(policy)), "ETAG_MISMATCH");
}

TEST(PolicyConversion, EveryThresholdGoesThereAndBack) {
  v1::UpdateDetectionPolicyRequest request;
  *request.mutable_policy()->add_rules()->mutable_thresholds() = ToProto(LargestThresholds());

  absl::StatusOr<DetectionPolicyRequest> plain = FromProto(request, {"ann", ""});

  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->rules[0].overrides, LargestThresholds());
  EXPECT_EQ(v1::ThresholdOverrides::descriptor()->field_count(),
            static_cast<int>(ShareFields().size() + DurationFields().size()));
}

TEST(IncidentConversion, CauseWordsAreThoseOfTheContract) {
  for (int number = 1; number <= v1::IncidentCause_MAX; ++number) {
    std::string name = v1::IncidentCause_Name(number).substr(sizeof("INCIDENT_CAUSE_") - 1);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(CauseWord(static_cast<IncidentCause>(number)), name);
  }
}

TEST(IncidentConversion, SaysWhatMutesItAndTheLabelsOfItsPools) {
  Incident incident = MakeIncident("i1");
  incident.silence_id = "s1";
  incident.silenced_until = TestTime();
  IncidentMember member;
  member.labels = {{"pod", "shop-7"}};
  incident.members = {member};

  const v1::Incident proto = ToProto(incident);

  EXPECT_EQ(proto.silence(), "silences/s1");
  EXPECT_EQ(proto.silenced_until().seconds(), absl::ToUnixSeconds(TestTime()));
  EXPECT_EQ(proto.members(0).labels().at("pod"), "shop-7");
  EXPECT_EQ(ToProto(MakeIncident("i2")).silence(), "");
}

}  // namespace
}  // namespace berthmaster
