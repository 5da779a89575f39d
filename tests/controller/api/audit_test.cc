// AuditService over the wire.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "berthmaster/v1/audit.grpc.pb.h"
#include "berthmaster/v1/policy.grpc.pb.h"
#include "berthmaster/v1/silence.grpc.pb.h"
#include "common/audit/chain.h"
#include "common/wire/audit_wire.h"
#include "common/wire/time_wire.h"
#include "tests/controller/api/api_fixture.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class AuditApiTest : public ApiTest {
 protected:
  void SetUp() override {
    Serve();
    audit_ = v1::AuditService::NewStub(channel());
    silences_ = v1::SilenceService::NewStub(channel());
  }

  // Makes a silence of the host as `user`, and returns its name.
  std::string Silence(const std::string& host, const std::string& user = "alice") {
    v1::CreateSilenceRequest request;
    (*request.mutable_silence()->mutable_selector())["host"] = host;
    request.mutable_silence()->set_reason("kernel upgrade");
    request.mutable_length()->set_seconds(600);
    v1::CreateSilenceResponse response;
    auto context = BoundedContext();
    if (!user.empty()) context->AddMetadata("berthmaster-user", user);
    const grpc::Status status = silences_->CreateSilence(context.get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.silence().name();
  }
  v1::ListAuditEntriesResponse List(const v1::ListAuditEntriesRequest& request = {}) {
    v1::ListAuditEntriesResponse response;
    const grpc::Status status =
        audit_->ListAuditEntries(BoundedContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  std::vector<int64_t> Listed(const std::function<void(v1::AuditFilter&)>& set) {
    v1::ListAuditEntriesRequest request;
    set(*request.mutable_filter());
    std::vector<int64_t> sequences;
    const v1::ListAuditEntriesResponse response = List(request);
    for (const v1::AuditEntry& entry : response.audit_entries()) {
      sequences.push_back(entry.sequence());
    }
    return sequences;
  }
  std::vector<AuditEntry> Export(int64_t first_sequence = 0) {
    v1::ExportAuditEntriesRequest request;
    request.set_first_sequence(first_sequence);
    auto context = BoundedContext();
    auto stream = audit_->ExportAuditEntries(context.get(), request);
    std::vector<AuditEntry> entries;
    v1::ExportAuditEntriesResponse message;
    while (stream->Read(&message)) entries.push_back(FromProto(message.audit_entry()).value());
    export_status_ = stream->Finish();
    return entries;
  }
  v1::AuditCheckpoint Checkpoint() {
    v1::GetAuditCheckpointResponse response;
    EXPECT_TRUE(audit_->GetAuditCheckpoint(BoundedContext().get(), {}, &response).ok());
    return response.checkpoint();
  }
  v1::VerifyAuditResponse Verify(const v1::VerifyAuditRequest& request = {}) {
    v1::VerifyAuditResponse response;
    EXPECT_TRUE(audit_->VerifyAudit(BoundedContext().get(), request, &response).ok());
    return response;
  }

  std::unique_ptr<v1::AuditService::Stub> audit_;
  std::unique_ptr<v1::SilenceService::Stub> silences_;
  grpc::Status export_status_;
};

TEST_F(AuditApiTest, ASilenceIsEnteredWithTheNameThatItsMakerGave) {
  const std::string name = Silence("web-1");

  const v1::ListAuditEntriesResponse response = List();

  ASSERT_EQ(response.audit_entries_size(), 1);
  const v1::AuditEntry& entry = response.audit_entries(0);
  EXPECT_EQ(entry.sequence(), 1);
  EXPECT_EQ(entry.actor(), "local/alice");
  EXPECT_EQ(entry.source(), "web");
  EXPECT_EQ(entry.action(), v1::AUDIT_ACTION_SILENCED);
  EXPECT_EQ(entry.object(), name);
  EXPECT_EQ(entry.reason(), "kernel upgrade");
  ASSERT_EQ(entry.values_size(), 2);
  EXPECT_EQ(entry.values(0).sysctl(), "selector");
  EXPECT_EQ(entry.values(0).new_value(), "host=web-1");
  EXPECT_EQ(entry.previous_hash(), std::string(64, '0'));
  EXPECT_EQ(entry.hash(), AuditHash(FromProto(entry).value()));
}

TEST_F(AuditApiTest, ACallOverASocketIsEnteredWithItsAddress) {
  auto socket =
      grpc::CreateChannel(server_->address().ToString(), grpc::InsecureChannelCredentials());
  silences_ = v1::SilenceService::NewStub(socket);

  Silence("web-1", "");
  Silence("web-1", "no name");

  const v1::ListAuditEntriesResponse response = List();
  ASSERT_EQ(response.audit_entries_size(), 2);
  for (const v1::AuditEntry& entry : response.audit_entries()) {
    EXPECT_EQ(entry.actor(), "local");
    EXPECT_THAT(entry.source(), MatchesRegex("127\\.0\\.0\\.1:[0-9]+"));
  }
}

TEST_F(AuditApiTest, APolicyIsEntered) {
  auto policies = v1::PolicyService::NewStub(channel());
  v1::UpdateDetectionPolicyRequest request;
  v1::DetectionRule& rule = *request.mutable_policy()->add_rules();
  rule.set_name("batch");
  rule.mutable_thresholds()->set_forecast_utilization_min(0.9);
  v1::UpdateDetectionPolicyResponse response;
  ASSERT_TRUE(policies->UpdateDetectionPolicy(BoundedContext().get(), request, &response).ok());

  const v1::ListAuditEntriesResponse list = List();

  ASSERT_EQ(list.audit_entries_size(), 1);
  EXPECT_EQ(list.audit_entries(0).action(), v1::AUDIT_ACTION_POLICY_SET);
  EXPECT_EQ(list.audit_entries(0).actor(), "local");
  EXPECT_EQ(list.audit_entries(0).object(), "policies/detection");
  EXPECT_EQ(list.audit_entries(0).values(1).sysctl(), "rule batch");
  EXPECT_EQ(list.audit_entries(0).values(1).new_value(),
            "everything: forecast_utilization_min=0.9");
}

TEST_F(AuditApiTest, ListsNewestFirstPageByPage) {
  for (int i = 0; i < 5; ++i) Silence("web-1");
  v1::ListAuditEntriesRequest request;
  request.set_page_size(2);

  std::vector<std::vector<int64_t>> pages;
  do {
    const v1::ListAuditEntriesResponse page = List(request);
    pages.emplace_back();
    for (const v1::AuditEntry& entry : page.audit_entries()) {
      pages.back().push_back(entry.sequence());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());

  EXPECT_THAT(pages, ElementsAre(ElementsAre(5, 4), ElementsAre(3, 2), ElementsAre(1)));
}

TEST_F(AuditApiTest, FiltersByEveryField) {
  const std::string first = Silence("web-1", "alice");
  clock_.Advance(absl::Seconds(60));
  Silence("web-1", "bob");
  v1::ExpireSilenceRequest expire;
  expire.set_name(first);
  v1::ExpireSilenceResponse expired;
  ASSERT_TRUE(silences_->ExpireSilence(BoundedContext().get(), expire, &expired).ok());

  EXPECT_THAT(Listed([](v1::AuditFilter& f) { f.add_by_actions(v1::AUDIT_ACTION_SILENCED); }),
              ElementsAre(2, 1));
  EXPECT_THAT(Listed([](v1::AuditFilter& f) { f.set_by_actor("local/bob"); }), ElementsAre(2));
  EXPECT_THAT(Listed([&](v1::AuditFilter& f) { f.set_by_object(first); }), ElementsAre(3, 1));
  EXPECT_THAT(Listed([](v1::AuditFilter& f) { f.set_by_host("hosts/web-1"); }), IsEmpty());
  const auto minute = ToProto(clock_.SystemNow() - absl::Seconds(1));
  EXPECT_THAT(Listed([&](v1::AuditFilter& f) { *f.mutable_by_start_time() = minute; }),
              ElementsAre(3, 2));
  EXPECT_THAT(Listed([&](v1::AuditFilter& f) { *f.mutable_by_end_time() = minute; }),
              ElementsAre(1));
}

TEST_F(AuditApiTest, RefusesWhatCannotBeAndNamesTheField) {
  v1::ListAuditEntriesResponse response;
  v1::ListAuditEntriesRequest request;
  request.mutable_filter()->add_by_actions(static_cast<v1::AuditAction>(77));
  grpc::Status status = audit_->ListAuditEntries(BoundedContext().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("filter.by_actions"));
  request.Clear();
  request.mutable_filter()->set_by_host("web-1");
  status = audit_->ListAuditEntries(BoundedContext().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("filter.by_host"));
  request.Clear();
  request.set_page_token("mine");
  status = audit_->ListAuditEntries(BoundedContext().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  Export(-1);
  EXPECT_EQ(export_status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::VerifyAuditRequest verify;
  verify.mutable_checkpoint()->set_sequence(-1);
  v1::VerifyAuditResponse verified;
  status = audit_->VerifyAudit(BoundedContext().get(), verify, &verified);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AuditApiTest, ExportsTheWholeChainOldestFirst) {
  EXPECT_THAT(Export(), IsEmpty());
  EXPECT_TRUE(export_status_.ok());
  for (int i = 0; i < 300; ++i) Silence("web-1");

  EXPECT_EQ(Export(), control_store_.audit());
  EXPECT_TRUE(export_status_.ok()) << export_status_.error_message();

  const std::vector<AuditEntry> last = Export(299);
  ASSERT_EQ(last.size(), 2u);
  EXPECT_EQ(last[0].sequence, 299);
}

TEST_F(AuditApiTest, VerifiesItsOwnChainAndNamesTheFirstBrokenLink) {
  Silence("web-1");
  Silence("web-1");
  const v1::VerifyAuditResponse whole = Verify();
  EXPECT_TRUE(whole.intact());
  EXPECT_EQ(whole.verified_count(), 2);
  EXPECT_EQ(whole.hash(), control_store_.audit()[1].hash);
  std::vector<AuditEntry> entries = control_store_.audit();
  entries[1].reason = "no reason";
  control_store_.ReplaceAudit(entries);

  const v1::VerifyAuditResponse broken = Verify();

  EXPECT_FALSE(broken.intact());
  EXPECT_EQ(broken.verified_count(), 1);
  EXPECT_EQ(broken.broken_sequence(), 2);
  EXPECT_EQ(broken.message(), "entry 2 was altered: its content has another hash");
}

TEST_F(AuditApiTest, ACheckpointShowsACutEnd) {
  Silence("web-1");
  Silence("web-1");
  const v1::AuditCheckpoint checkpoint = Checkpoint();
  EXPECT_EQ(checkpoint.sequence(), 2);
  EXPECT_EQ(checkpoint.hash(), control_store_.audit()[1].hash);
  EXPECT_TRUE(CheckAuditSignature(FromProto(checkpoint).value()).ok());
  v1::VerifyAuditRequest request;
  *request.mutable_checkpoint() = checkpoint;
  EXPECT_TRUE(Verify(request).intact());
  std::vector<AuditEntry> entries = control_store_.audit();
  entries.pop_back();
  control_store_.ReplaceAudit(entries);

  const v1::VerifyAuditResponse cut = Verify(request);

  EXPECT_FALSE(cut.intact());
  EXPECT_EQ(cut.broken_sequence(), 2);
  EXPECT_THAT(cut.message(), HasSubstr("the end of the chain is cut off"));
}

TEST_F(AuditApiTest, ACheckpointOfAnEmptyChainIsOne) {
  const v1::AuditCheckpoint checkpoint = Checkpoint();

  EXPECT_EQ(checkpoint.sequence(), 0);
  EXPECT_EQ(checkpoint.hash(), std::string(64, '0'));
  EXPECT_TRUE(CheckAuditSignature(FromProto(checkpoint).value()).ok());
}

}  // namespace
}  // namespace berthmaster
