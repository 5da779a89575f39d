#include "cli/audit.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "cli/audit_verify.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "common/audit/chain.h"
#include "common/wire/audit_wire.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// 2026-01-01 00:00:00 UTC.
constexpr int64_t kStartSeconds = 1767225600;

std::vector<AuditEntry> Chain(int count) {
  std::vector<AuditEntry> entries;
  for (int i = 1; i <= count; ++i) {
    AuditEntry entry;
    entry.sequence = i;
    entry.event_time = absl::FromUnixSeconds(kStartSeconds + i) + absl::Microseconds(120000);
    entry.actor = "local/alice";
    entry.source = "127.0.0.1:5";
    entry.action = AuditAction::kApproved;
    entry.object = "recommendations/r1";
    entry.reason = "größer <&>";
    entry.values = {{"web-1", 7, "shop", "net.ipv4.tcp_tw_reuse", "2", "1"},
                    {"", 0, "", "rules", "", "a"}};
    entry.previous_hash = i == 1 ? kAuditFirstHash : entries.back().hash;
    entry.hash = AuditHash(entry);
    entries.push_back(entry);
  }
  return entries;
}

// Serves what it is given, and remembers what it was asked.
class FakeAuditService final : public v1::AuditService::Service {
 public:
  grpc::Status ListAuditEntries(grpc::ServerContext* context,
                                const v1::ListAuditEntriesRequest* request,
                                v1::ListAuditEntriesResponse* response) override {
    listed.push_back(*request);
    const auto user = context->client_metadata().find("berthmaster-user");
    if (user != context->client_metadata().end()) {
      caller = std::string(user->second.data(), user->second.size());
    }
    // A page of one each, newest first.
    const size_t left =
        request->page_token().empty() ? entries.size() : std::stoul(request->page_token());
    if (left == 0) return grpc::Status::OK;
    *response->add_audit_entries() = ToProto(entries[left - 1]);
    if (left > 1) response->set_next_page_token(std::to_string(left - 1));
    return grpc::Status::OK;
  }
  grpc::Status ExportAuditEntries(
      grpc::ServerContext*, const v1::ExportAuditEntriesRequest* request,
      grpc::ServerWriter<v1::ExportAuditEntriesResponse>* writer) override {
    for (const AuditEntry& entry : entries) {
      if (entry.sequence < request->first_sequence()) continue;
      v1::ExportAuditEntriesResponse response;
      *response.mutable_audit_entry() = ToProto(entry);
      if (!writer->Write(response)) break;
    }
    return export_status;
  }
  grpc::Status GetAuditCheckpoint(grpc::ServerContext*, const v1::GetAuditCheckpointRequest*,
                                  v1::GetAuditCheckpointResponse* response) override {
    response->mutable_checkpoint()->set_sequence(3);
    return grpc::Status::OK;
  }

  std::vector<AuditEntry> entries = Chain(4);
  grpc::Status export_status;
  std::vector<v1::ListAuditEntriesRequest> listed;
  std::string caller;
};

class AuditCommand : public ::testing::Test {
 protected:
  AuditCommand() {
    grpc::ServerBuilder builder;
    int bound_port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bound_port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    client_ =
        std::make_unique<Client>(Endpoint{"127.0.0.1", static_cast<uint16_t>(bound_port)}, "alice");
    std::string form = testing::TempDir() + "/audit_XXXXXX";
    directory_ = mkdtemp(form.data());
  }
  ~AuditCommand() override { std::filesystem::remove_all(directory_); }

  std::string File(const std::string& name, const std::string& content) {
    std::string path = directory_ + "/" + name;
    std::ofstream(path) << content;
    return path;
  }
  std::string Exported() {
    std::string text;
    EXPECT_TRUE(ExportAudit(*client_, 1, [&](const std::string& line) {
                  text += line;
                  return true;
                }).ok());
    return text;
  }
  absl::Status Verified(const AuditVerifyOptions& options) {
    return VerifyAudit(*client_, options).status();
  }
  absl::Status VerifiedFile(const std::string& content) {
    AuditVerifyOptions options;
    options.file = File("export.jsonl", content);
    return Verified(options);
  }

  const absl::Time now_ = absl::FromUnixSeconds(kStartSeconds);
  FakeAuditService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
  std::string directory_;
};

TEST_F(AuditCommand, ListsAsATable) {
  AuditListOptions options;
  options.limit = 1;

  EXPECT_EQ(
      ListAudit(*client_, options, now_).value(),
      "SEQUENCE  TIME                  ACTOR        SOURCE       ACTION    OBJECT             "
      " CHANGE                                   REASON\n"
      "4         2026-01-01T00:00:04Z  local/alice  127.0.0.1:5  APPROVED  "
      "recommendations/r1  net.ipv4.tcp_tw_reuse: 2 → 1 and 1 more  größer <&>\n");
  EXPECT_EQ(service_.caller, "alice");
}

TEST_F(AuditCommand, ReadsPagesUpToTheLimit) {
  AuditListOptions options;
  options.output = "name";
  EXPECT_EQ(ListAudit(*client_, options, now_).value(), "4\n3\n2\n1\n");
  options.limit = 2;
  EXPECT_EQ(ListAudit(*client_, options, now_).value(), "4\n3\n");
  EXPECT_EQ(service_.listed.back().page_size(), 1);
}

TEST_F(AuditCommand, SendsTheFilter) {
  AuditListOptions options;
  options.actions = {"policy-set", "APPROVED"};
  options.actor = "local/bob";
  options.object = "policies/detection";
  options.host = "web-1";
  options.since = "24h";
  options.until = "2026-01-31T22:00:00Z";

  ASSERT_TRUE(ListAudit(*client_, options, now_).ok());

  const v1::AuditFilter& filter = service_.listed[0].filter();
  EXPECT_THAT(filter.by_actions(),
              ElementsAre(v1::AUDIT_ACTION_POLICY_SET, v1::AUDIT_ACTION_APPROVED));
  EXPECT_EQ(filter.by_actor(), "local/bob");
  EXPECT_EQ(filter.by_object(), "policies/detection");
  EXPECT_EQ(filter.by_host(), "hosts/web-1");
  EXPECT_EQ(filter.by_start_time().seconds(), kStartSeconds - 86400);
  EXPECT_EQ(filter.by_end_time().seconds(), 1769896800);
}

TEST_F(AuditCommand, RefusesFlagsThatCannotBe) {
  AuditListOptions options;
  options.actions = {"agreed"};
  EXPECT_THAT(std::string(ListAudit(*client_, options, now_).status().message()),
              StartsWith("--action 'agreed' is not an action; use proposed, approved, "));
  options = {};
  options.since = "yesterday";
  EXPECT_THAT(std::string(ListAudit(*client_, options, now_).status().message()),
              StartsWith("--since 'yesterday' is neither a time"));
  options = {};
  options.limit = 0;
  EXPECT_EQ(ExitCodeOf(ListAudit(*client_, options, now_).status()), 2);
  EXPECT_THAT(service_.listed, IsEmpty());
}

TEST_F(AuditCommand, ExportsALineEach) {
  const std::string text = Exported();

  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_THAT(text, StartsWith("{\"sequence\":\"1\",\"actor\":\"local/alice\","));
}

TEST_F(AuditCommand, AnExportThatEndsEarlyIsAnError) {
  service_.export_status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "stopping");
  EXPECT_EQ(ExitCodeOf(ExportAudit(*client_, 1, [](const std::string&) { return true; })), 9);
  service_.export_status = grpc::Status::OK;
  EXPECT_THAT(
      std::string(ExportAudit(*client_, 1, [](const std::string&) { return false; }).message()),
      HasSubstr("the export is not whole"));
}

TEST_F(AuditCommand, VerifiesWhatTheControllerHas) {
  EXPECT_EQ(VerifyAudit(*client_, {}).value(),
            absl::StrCat("entries 1 to 4 follow one another without a change, the last hash is ",
                         service_.entries[3].hash,
                         "; give --checkpoint to see whether the end was cut off\n"));
  service_.entries[2].actor = "local/mallory";

  const absl::Status broken = Verified({});

  EXPECT_EQ(broken.message(),
            "the audit chain is broken: entry 3 was altered: its content has another hash");
  EXPECT_EQ(ExitCodeOf(broken), 1);
}

TEST_F(AuditCommand, VerifiesAnExport) {
  const std::string text = Exported();
  EXPECT_TRUE(VerifiedFile(text).ok());

  std::string altered = text;
  altered.replace(altered.find("APPROVED"), 8, "REJECTED");
  EXPECT_THAT(std::string(VerifiedFile(altered).message()),
              HasSubstr("line 1 of " + directory_ +
                        "/export.jsonl: the audit chain is broken: entry 1 was altered"));
  EXPECT_THAT(std::string(VerifiedFile(text.substr(text.find('\n') + 1)).message()),
              HasSubstr("entry 1 is missing: the beginning of the chain is cut off"));
  EXPECT_THAT(std::string(VerifiedFile(text.substr(0, text.size() - 20)).message()),
              HasSubstr("the audit chain is broken: line 4 of "));
  EXPECT_THAT(std::string(VerifiedFile("{\"sequence\":\"-4\"}").message()),
              HasSubstr("what follows entry 0 cannot be one: sequence"));
  AuditVerifyOptions options;
  options.file = directory_ + "/nothing";
  EXPECT_EQ(ExitCodeOf(Verified(options)), 3);
}

TEST_F(AuditCommand, VerifiesFromAnEntryOn) {
  AuditVerifyOptions options;
  options.first_sequence = 3;
  EXPECT_THAT(VerifyAudit(*client_, options).value(), StartsWith("entries 3 to 4 follow"));
  options.first_sequence = 5;
  EXPECT_THAT(VerifyAudit(*client_, options).value(), StartsWith("there are no entries"));
  options.first_sequence = 0;
  EXPECT_EQ(ExitCodeOf(Verified(options)), 2);
}

// Of the chain above up to entry 4, by a key that was thrown away.
constexpr char kForgedCheckpoint[] =
    R"({"sequence": "4", "hash": "ab", "createTime": "2026-01-01T00:00:00Z", "keyId": "cd",
        "signature": "AAAA", "publicKey": "no key"})";

TEST_F(AuditCommand, ACheckpointThatCannotBeTrustedIsSaid) {
  AuditVerifyOptions options;
  options.checkpoint_file = File("checkpoint.json", kForgedCheckpoint);
  EXPECT_THAT(std::string(Verified(options).message()),
              HasSubstr("public_key: is no Ed25519 public key in PEM"));
  EXPECT_EQ(ExitCodeOf(Verified(options)), 1);
  options.checkpoint_file = File("checkpoint.json", "no JSON");
  EXPECT_EQ(ExitCodeOf(Verified(options)), 2);
}

TEST_F(AuditCommand, PrintsTheCheckpoint) {
  EXPECT_THAT(AuditCheckpointText(*client_).value(), StartsWith("{\n  \"sequence\": \"3\","));
}

TEST(UserNameTest, IsTheOneGivenElseThatOfTheEnvironment) {
  const Environment sudo = [](const std::string& name) {
    return name == "SUDO_USER" ? std::optional<std::string>("ann") : "root";
  };
  const Environment plain = [](const std::string& name) {
    return name == "USER" ? std::optional<std::string>("bob") : std::nullopt;
  };
  const Environment odd = [](const std::string&) { return std::optional<std::string>("a b"); };
  EXPECT_EQ(UserName("eve", sudo).value(), "eve");
  EXPECT_EQ(UserName("", sudo).value(), "ann");
  EXPECT_EQ(UserName("", plain).value(), "bob");
  EXPECT_EQ(UserName("", odd).value(), "");
  EXPECT_EQ(UserName("a/b", plain).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace berthmaster
