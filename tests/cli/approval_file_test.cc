#include "cli/approval_file.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/exit_code.h"
#include "cli/policy.h"
#include "common/file/file.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kShop = R"yaml(rules:
  - name: shop
    selector: {pod_namespace: shop}
    risks: [medium, HIGH]
    approvals_required: 2
    proposer_may_approve: true
  - name: nights
    risks:
      - LOW
    approvals_required: 0
    windows:
      - {days: [mon, Sun], start: 22:00, length: 8h}
      - start: "06:30:15"
        length: 90m
freezes:
  - name: sale
    selector: {host: web-1}
    from: 2026-11-27T00:00:00Z
    until: 2026-11-30T01:00:00.5+01:00
    reason: no changes during the sale
)yaml";

std::string MessageOf(absl::string_view content) {
  return std::string(ParseApprovalFile("a.yaml", content).status().message());
}
std::string RuleMessage(absl::string_view keys) {
  return MessageOf(
      absl::StrCat("freezes: []\nrules:\n  - {name: a, approvals_required: 1, ", keys, "}\n"));
}
std::string FreezeMessage(absl::string_view keys) {
  return MessageOf(absl::StrCat("rules: []\nfreezes:\n  - {name: a, ", keys, "}\n"));
}

TEST(ApprovalFile, ReadsRulesAndFreezes) {
  absl::StatusOr<ApprovalFile> file = ParseApprovalFile("a.yaml", kShop);

  ASSERT_TRUE(file.ok()) << file.status();
  const v1::ApprovalPolicy& policy = file->policy;
  ASSERT_EQ(policy.rules_size(), 2);
  EXPECT_EQ(policy.rules(0).name(), "shop");
  EXPECT_EQ(policy.rules(0).selector().at("pod_namespace"), "shop");
  EXPECT_THAT(policy.rules(0).risks(),
              ElementsAre(v1::RECOMMENDATION_RISK_MEDIUM, v1::RECOMMENDATION_RISK_HIGH));
  EXPECT_EQ(policy.rules(0).approvals_required(), 2);
  EXPECT_TRUE(policy.rules(0).proposer_may_approve());
  EXPECT_EQ(policy.rules(1).approvals_required(), 0);
  ASSERT_EQ(policy.rules(1).windows_size(), 2);
  EXPECT_THAT(policy.rules(1).windows(0).days(), ElementsAre(1, 7));
  EXPECT_EQ(policy.rules(1).windows(0).start().seconds(), 79200);
  EXPECT_EQ(policy.rules(1).windows(0).length().seconds(), 28800);
  EXPECT_EQ(policy.rules(1).windows(1).start().seconds(), 23415);
  ASSERT_EQ(policy.freezes_size(), 1);
  EXPECT_EQ(policy.freezes(0).selector().at("host"), "web-1");
  EXPECT_EQ(policy.freezes(0).start_time().seconds(), 1795737600);
  EXPECT_EQ(policy.freezes(0).end_time().seconds(), 1795996800);
  EXPECT_EQ(policy.freezes(0).end_time().nanos(), 500000000);
  EXPECT_EQ(policy.freezes(0).reason(), "no changes during the sale");
}

TEST(ApprovalFile, RefusesWithFileLineAndWhatIsAllowed) {
  EXPECT_EQ(MessageOf("rule: []\n"),
            "a.yaml:1: rule is not a key of the policy; there are etag, rules, freezes");
  EXPECT_EQ(MessageOf("rules: []\n"),
            "a.yaml:1: the key freezes is missing; without freezes write []");
  EXPECT_EQ(MessageOf("rules: []\nfreezes: none\n"),
            "a.yaml:2: freezes is not a list; write [] or lines that begin with -");
  EXPECT_EQ(MessageOf("freezes: []\nrules:\n  - name: a\n"),
            "a.yaml:3: the rule has no approvals_required");
  EXPECT_EQ(RuleMessage("approvers: 2"),
            "a.yaml:3: approvers is not a key of a rule; there are name, selector, risks, "
            "approvals_required, proposer_may_approve, windows");
  EXPECT_EQ(MessageOf("freezes: []\nrules:\n  - name: a\n    approvals_required: two\n"),
            "a.yaml:4: approvals_required: 'two' is not a number of people, such as 2");
  EXPECT_EQ(RuleMessage("risks: [tiny]"),
            "a.yaml:3: risks: 'tiny' is no risk; there are LOW, MEDIUM, HIGH");
  EXPECT_EQ(RuleMessage("risks: [unspecified]"),
            "a.yaml:3: risks: 'unspecified' is no risk; there are LOW, MEDIUM, HIGH");
  EXPECT_EQ(RuleMessage("risks: LOW"),
            "a.yaml:3: risks is not a list; write [] or lines that begin with -");
  EXPECT_EQ(RuleMessage("proposer_may_approve: yes"),
            "a.yaml:3: proposer_may_approve: 'yes' is neither true nor false");
  EXPECT_EQ(RuleMessage("windows: [{day: [mon]}]"),
            "a.yaml:3: day is not a key of a window; there are days, start, length");
  EXPECT_EQ(RuleMessage("windows: [{days: [monday], start: 22:00, length: 8h}]"),
            "a.yaml:3: days: 'monday' is no day; there are mon, tue, wed, thu, fri, sat, sun");
  EXPECT_EQ(RuleMessage("windows: [{start: 22:00}]"), "a.yaml:3: the window has no length");
  EXPECT_EQ(RuleMessage("windows: [{start: 22:00, length: 8}]"),
            "a.yaml:3: length: '8' is not a time; write a number with a unit, such as 30s, 2m or "
            "1h");
  for (const char* start : {"22", "24:01", "10:60", "1:00", "10:00:00:00", "10h", "-1:00"}) {
    EXPECT_EQ(RuleMessage(absl::StrCat("windows: [{start: '", start, "', length: 8h}]")),
              absl::StrCat("a.yaml:3: start: '", start,
                           "' is not a time of day in UTC, such as \"22:00\""));
  }
  EXPECT_EQ(FreezeMessage("from: 2026-11-27T00:00:00Z"), "a.yaml:3: the freeze has no until");
  for (const char* time : {"tomorrow", "2026-11-27", "infinite-future"}) {
    EXPECT_EQ(
        FreezeMessage(absl::StrCat("from: ", time)),
        absl::StrCat("a.yaml:3: from: '", time, "' is not a time such as 2026-01-31T22:00:00Z"));
  }
  EXPECT_EQ(MessageOf("rules: []\nfreezes:\n  - {name: a, from: 2026-11-27T00:00:00Z, until: "
                      "2026-11-28T00:00:00Z, reason: x}\n  - {name: a}\n"),
            "a.yaml:4: the freeze 'a' is there twice; a freeze has a name of its own");
}

TEST(ApprovalFile, WhatIsPrintedIsReadAgain) {
  v1::ApprovalPolicy policy = ParseApprovalFile("a.yaml", kShop)->policy;
  policy.set_etag("7");
  (*policy.mutable_freezes(0)->mutable_selector())["odd: \"#"] = "- x\n'";
  policy.mutable_freezes(0)->set_reason("because:\n#1");

  const std::string text = ApprovalFileText(policy);
  absl::StatusOr<ApprovalFile> again = ParseApprovalFile("a.yaml", text);

  ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
  EXPECT_EQ(again->policy.DebugString(), policy.DebugString());
  EXPECT_THAT(text, HasSubstr("    risks: [MEDIUM, HIGH]\n"
                              "    approvals_required: 2\n"
                              "    proposer_may_approve: true\n"));
  EXPECT_THAT(text, HasSubstr("      - start: \"22:00\"\n"
                              "        length: 8h\n"
                              "        days: [mon, sun]\n"
                              "      - start: \"06:30:15\"\n"
                              "        length: 1h30m\n"));
  EXPECT_THAT(text, HasSubstr("    from: 2026-11-27T00:00:00Z\n"
                              "    until: 2026-11-30T00:00:00.5Z\n"));
  EXPECT_TRUE(ParseApprovalFile("a.yaml", ApprovalFileText({})).ok());
}

// Takes any policy but those with a rule named "bad", and remembers what it was asked.
class FakePolicies final : public v1::PolicyService::Service {
 public:
  grpc::Status GetApprovalPolicy(grpc::ServerContext* /*context*/,
                                 const v1::GetApprovalPolicyRequest* /*request*/,
                                 v1::GetApprovalPolicyResponse* response) override {
    response->mutable_policy()->set_name("policies/approval");
    response->mutable_policy()->set_etag("3");
    return grpc::Status::OK;
  }
  grpc::Status UpdateApprovalPolicy(grpc::ServerContext* /*context*/,
                                    const v1::UpdateApprovalPolicyRequest* request,
                                    v1::UpdateApprovalPolicyResponse* response) override {
    updated = *request;
    for (const v1::ApprovalRule& rule : request->policy().rules()) {
      if (rule.name() != "bad") continue;
      return {grpc::StatusCode::INVALID_ARGUMENT,
              "rule 'bad': approvals_required: 11 is not 0 to 10"};
    }
    *response->mutable_policy() = request->policy();
    response->mutable_policy()->set_name("policies/approval");
    response->mutable_policy()->set_etag("4");
    return grpc::Status::OK;
  }

  v1::UpdateApprovalPolicyRequest updated;
};

class PolicyCommand : public ::testing::Test {
 protected:
  PolicyCommand() {
    grpc::ServerBuilder builder;
    int bound_port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bound_port);
    builder.RegisterService(&policies_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<Client>(Endpoint{"127.0.0.1", static_cast<uint16_t>(bound_port)});
  }

  std::string Write(absl::string_view content) {
    std::string path = absl::StrCat(directory_.path(), "/a.yaml");
    EXPECT_TRUE(WriteFileAtomically(path, std::string(content), 0644).ok());
    return path;
  }

  FakePolicies policies_;
  TempDirectory directory_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(PolicyCommand, SetsAndLintsTheApprovalPolicy) {
  const std::string path = Write(kShop);

  EXPECT_EQ(*PutPolicy(*client_, PolicyKind::kApproval, path, PolicyStep::kLint),
            absl::StrCat(path, ": 2 rules and 1 freeze, nothing wrong; nothing was changed\n"));
  EXPECT_TRUE(policies_.updated.validate_only());
  EXPECT_EQ(*PutPolicy(*client_, PolicyKind::kApproval, path, PolicyStep::kSet),
            "policies/approval: 2 rules and 1 freeze in force from the next decision on, etag 4\n");
  EXPECT_FALSE(policies_.updated.validate_only());
  EXPECT_EQ(policies_.updated.policy().freezes(0).name(), "sale");
}

TEST_F(PolicyCommand, PutsTheLineBeforeWhatTheServerSays) {
  const std::string path =
      Write("freezes: []\nrules:\n  - name: bad\n    approvals_required: 11\n");

  const absl::Status status =
      PutPolicy(*client_, PolicyKind::kApproval, path, PolicyStep::kSet).status();

  EXPECT_EQ(ExitCodeOf(status), 2);
  EXPECT_EQ(status.message(),
            absl::StrCat(path, ":3: rule 'bad': approvals_required: 11 is not 0 to 10"));
}

TEST_F(PolicyCommand, PrintsWhatSetTakes) {
  const std::string text = *GetPolicy(*client_, PolicyKind::kApproval, "yaml");

  EXPECT_THAT(text, HasSubstr("\netag: \"3\"\nrules: []\nfreezes: []\n"));
  EXPECT_TRUE(PutPolicy(*client_, PolicyKind::kApproval, Write(text), PolicyStep::kSet).ok());
  EXPECT_EQ(*GetPolicy(*client_, PolicyKind::kApproval, "name"), "policies/approval\n");
}

TEST_F(PolicyCommand, LintsTheFormWithoutAController) {
  const std::string path = Write(kShop);
  Client nobody(Endpoint{"127.0.0.1", 1});

  EXPECT_EQ(*PutPolicy(nobody, PolicyKind::kApproval, path, PolicyStep::kLint),
            absl::StrCat(path,
                         ": 2 rules and 1 freeze, nothing wrong with the form; no controller "
                         "is there to check the bounds\n"));
  EXPECT_EQ(ExitCodeOf(PutPolicy(nobody, PolicyKind::kApproval, path, PolicyStep::kSet).status()),
            9);
  const std::string wrong = Write("rules: 3\nfreezes: []\n");
  EXPECT_THAT(
      std::string(
          PutPolicy(nobody, PolicyKind::kApproval, wrong, PolicyStep::kLint).status().message()),
      StartsWith(absl::StrCat(wrong, ":1: rules is not a list")));
}

TEST(PolicyKindWord, ListsThePolicies) {
  EXPECT_EQ(*ParsePolicyKind("approval"), PolicyKind::kApproval);
  EXPECT_EQ(*ParsePolicyKind("policies/detection"), PolicyKind::kDetection);
  EXPECT_EQ(ParsePolicyKind("approvals").status().message(),
            "'approvals' is not a policy; there are detection and approval");
}

}  // namespace
}  // namespace berthmaster
