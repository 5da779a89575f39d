#include "cli/silence.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "cli/columns.h"
#include "cli/get.h"
#include "cli/page.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Remembers what it was asked.
class FakeSilenceService final : public v1::SilenceService::Service {
 public:
  grpc::Status CreateSilence(grpc::ServerContext*, const v1::CreateSilenceRequest* request,
                             v1::CreateSilenceResponse* response) override {
    created = *request;
    *response->mutable_silence() = request->silence();
    response->mutable_silence()->set_name("silences/s1");
    response->mutable_silence()->set_state(v1::SILENCE_STATE_ACTIVE);
    response->mutable_silence()->mutable_expire_time()->set_seconds(1767225600);
    response->set_muted_incident_count(2);
    return grpc::Status::OK;
  }
  grpc::Status ListSilences(grpc::ServerContext*, const v1::ListSilencesRequest* request,
                            v1::ListSilencesResponse* response) override {
    listed = *request;
    response->add_silences()->set_name("silences/s1");
    return grpc::Status::OK;
  }
  grpc::Status ExpireSilence(grpc::ServerContext*, const v1::ExpireSilenceRequest* request,
                             v1::ExpireSilenceResponse* response) override {
    response->mutable_silence()->set_name(request->name());
    response->mutable_silence()->set_state(v1::SILENCE_STATE_EXPIRED);
    return grpc::Status::OK;
  }

  v1::CreateSilenceRequest created;
  v1::ListSilencesRequest listed;
};

// One incident on two namespaces of a host.
class FakeIncidentService final : public v1::IncidentService::Service {
 public:
  grpc::Status GetIncident(grpc::ServerContext*, const v1::GetIncidentRequest* request,
                           v1::GetIncidentResponse* response) override {
    v1::Incident& incident = *response->mutable_incident();
    incident.set_name(request->name());
    incident.set_cause(v1::INCIDENT_CAUSE_TIME_WAIT_CHURN);
    incident.set_host("hosts/web-1");
    incident.set_netns("hosts/web-1/netns/7");
    incident.set_netns_label("blue");
    for (const char* netns : {"hosts/web-1/netns/7", "hosts/web-1/netns/8"}) {
      v1::IncidentMember& member = *incident.add_members();
      member.set_host("hosts/web-1");
      member.set_netns(netns);
    }
    return grpc::Status::OK;
  }
};

class FixedRandom final : public Random {
 public:
  uint64_t Next() override { return 7; }
};

class SilenceCommand : public ::testing::Test {
 protected:
  SilenceCommand() {
    grpc::ServerBuilder builder;
    int bound_port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bound_port);
    builder.RegisterService(&silences_);
    builder.RegisterService(&incidents_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<Client>(Endpoint{"127.0.0.1", static_cast<uint16_t>(bound_port)});
    options_.labels = {"host=web-1", "unit=a=b.service"};
    options_.reason = "kernel upgrade";
    options_.length = "2h";
  }

  std::string Refusal() {
    return std::string(CreateSilence(*client_, options_, random_).status().message());
  }

  FakeSilenceService silences_;
  FakeIncidentService incidents_;
  FixedRandom random_;
  SilenceOptions options_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(SilenceCommand, SendsWhatWasTypedAndSaysTheNextStep) {
  absl::StatusOr<std::string> line = CreateSilence(*client_, options_, random_);

  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(*line,
            "silences/s1 ACTIVE until 2026-01-01T00:00:00Z; it mutes 2 of the incidents that are "
            "open now; end it with: berthctl silence expire silences/s1\n");
  EXPECT_EQ(silences_.created.silence().selector().at("host"), "web-1");
  EXPECT_EQ(silences_.created.silence().selector().at("unit"), "a=b.service");
  EXPECT_EQ(silences_.created.length().seconds(), 7200);
  EXPECT_FALSE(silences_.created.silence().has_start_time());
  EXPECT_EQ(silences_.created.request_id().size(), 36u);
}

TEST_F(SilenceCommand, ADryRunMakesNothing) {
  options_.validate_only = true;
  options_.start = "2026-01-31T22:00:00Z";

  absl::StatusOr<std::string> line = CreateSilence(*client_, options_, random_);

  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(*line,
            "a silence of host=web-1,unit=a=b.service mutes 2 of the incidents that are open now; "
            "nothing was changed\n");
  EXPECT_TRUE(silences_.created.validate_only());
  EXPECT_EQ(silences_.created.silence().start_time().seconds(), 1769896800);
}

TEST_F(SilenceCommand, TakesTheLabelsOfAnIncident) {
  options_.labels.clear();
  options_.incident = "i1";

  ASSERT_TRUE(CreateSilence(*client_, options_, random_).ok());

  EXPECT_EQ(LabelsText(silences_.created.silence().selector()), "cause=time_wait_churn,host=web-1");
}

TEST_F(SilenceCommand, RefusesWhatDoesNotFitBeforeAsking) {
  options_.labels = {"web-1"};
  EXPECT_THAT(Refusal(), HasSubstr("--label 'web-1' is not NAME=VALUE"));
  options_.labels = {"host=a", "host=b"};
  EXPECT_THAT(Refusal(), HasSubstr("--label host is given twice"));
  options_.labels = {};
  EXPECT_THAT(Refusal(), HasSubstr("say what to silence"));
  options_.labels = {"host=a"};
  options_.length = "2";
  EXPECT_THAT(Refusal(), HasSubstr("--for '2' is not a length"));
  options_.length = "1h";
  options_.start = "tomorrow";
  EXPECT_THAT(Refusal(), HasSubstr("--start 'tomorrow' is not a time"));
  EXPECT_THAT(silences_.created.silence().selector(), IsEmpty());
}

TEST_F(SilenceCommand, ExpiresByItsShortName) {
  options_.name = "s1";

  EXPECT_EQ(*ExpireSilence(*client_, options_), "silences/s1 EXPIRED\n");
}

TEST_F(SilenceCommand, ListsByState) {
  absl::StatusOr<std::string> names =
      Get(*client_, ResourceKind::kSilence, {.state = "active", .format = OutputFormat::kName},
          absl::UnixEpoch());

  EXPECT_EQ(*names, "silences/s1\n");
  EXPECT_THAT(silences_.listed.filter().by_states(), ElementsAre(v1::SILENCE_STATE_ACTIVE));
  EXPECT_EQ(Get(*client_, ResourceKind::kSilence, {.silenced = "true"}, absl::UnixEpoch())
                .status()
                .message(),
            "--silenced does not narrow silences");
}

TEST(ParseLength, TakesUnitsUpToDays) {
  EXPECT_EQ(*ParseLength("90m"), absl::Minutes(90));
  EXPECT_EQ(*ParseLength("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseLength("7d"), absl::Hours(168));
  for (const char* text : {"", "0s", "-1h", "inf", "d", "1", "-1d", "1w"}) {
    EXPECT_FALSE(ParseLength(text).ok()) << text;
  }
}

TEST(IncidentColumns, SayHowLongItIsSilencedYet) {
  const absl::Time now = absl::FromUnixSeconds(1767225600);
  v1::Incident incident;
  EXPECT_EQ(Heading<v1::Incident>().back(), "SILENCED");
  EXPECT_EQ(Cells(incident, now).back(), "-");
  incident.set_silence("silences/s1");
  incident.mutable_silenced_until()->set_seconds(1767225600 + 5400);
  EXPECT_EQ(Cells(incident, now).back(), "1h30m");
  Page page;
  AppendIncident(incident, page);
  EXPECT_THAT(page.text(), HasSubstr("until 2026-01-01T01:30:00Z (silences/s1)"));
  incident.set_state(v1::INCIDENT_STATE_RESOLVED);
  EXPECT_EQ(Cells(incident, now).back(), "-");
}

}  // namespace
}  // namespace berthmaster
