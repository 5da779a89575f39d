#include "cli/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kBatch = R"yaml(# What the batch hosts may do.
rules:
  - name: everywhere
    thresholds: {critical_time_left: 20s}
  - name: batch
    selector:
      unit: batch.service
      host: "web-1"
    thresholds:
      near_limit_utilization_min: 0.97
      near_limit_time: 1m30s
)yaml";

TEST(PolicyFile, ReadsRulesInTheirOrder) {
  absl::StatusOr<PolicyFile> file = ParsePolicyFile("p.yaml", kBatch);

  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->policy.rules_size(), 2);
  EXPECT_EQ(file->policy.rules(0).name(), "everywhere");
  EXPECT_EQ(file->policy.rules(0).thresholds().critical_time_left().seconds(), 20);
  const v1::DetectionRule& batch = file->policy.rules(1);
  EXPECT_EQ(batch.selector().at("unit"), "batch.service");
  EXPECT_EQ(batch.selector().at("host"), "web-1");
  EXPECT_EQ(batch.thresholds().near_limit_utilization_min(), 0.97);
  EXPECT_EQ(batch.thresholds().near_limit_time().seconds(), 90);
  EXPECT_FALSE(batch.thresholds().has_leak_time());
  EXPECT_EQ(file->policy.etag(), "");
}

std::string MessageOf(absl::string_view content) {
  return std::string(ParsePolicyFile("p.yaml", content).status().message());
}

TEST(PolicyFile, RefusesWithFileLineAndWhatIsAllowed) {
  EXPECT_THAT(MessageOf("rule: []\n"),
              StartsWith("p.yaml:1: rule is not a key of the policy; there are etag, rules"));
  EXPECT_THAT(MessageOf("rules:\n  - name: a\n    threshold: {}\n"),
              StartsWith("p.yaml:3: threshold is not a key of a rule; there are name, selector, "
                         "thresholds"));
  EXPECT_THAT(MessageOf("rules:\n  - name: a\n    thresholds:\n      near_limit: 0.9\n"),
              StartsWith("p.yaml:4: near_limit is not a key of thresholds; there are "
                         "near_limit_utilization_min, near_limit_time, "));
  EXPECT_EQ(MessageOf("rules:\n  - name: a\n    thresholds: {leak_time: 30}\n"),
            "p.yaml:3: leak_time: '30' is not a time; write a number with a unit, such as 30s, 2m "
            "or 1h");
  EXPECT_EQ(MessageOf("rules:\n  - name: a\n    thresholds: {stuck_utilization_min: 90%}\n"),
            "p.yaml:3: stuck_utilization_min: '90%' is not a share of the capacity, such as 0.9 "
            "for 90 %");
  EXPECT_EQ(MessageOf("rules:\n  - thresholds: {leak_time: 30s}\n"),
            "p.yaml:2: the rule has no name");
  EXPECT_THAT(MessageOf("rules:\n  - name: a\n"), StartsWith("p.yaml:2: the rule sets no "));
  EXPECT_THAT(MessageOf("rules:\n  - name: a\n    name: b\n    thresholds: {}\n"),
              StartsWith("p.yaml:3: name is given twice"));
  EXPECT_THAT(MessageOf("rules:\n  - {name: a, thresholds: {}}\n  - {name: a, thresholds: {}}\n"),
              StartsWith("p.yaml:3: the rule 'a' is there twice"));
  EXPECT_THAT(MessageOf("rules: [\n"), StartsWith("p.yaml:"));
  EXPECT_THAT(MessageOf(""), StartsWith("p.yaml:1: write one document"));
  EXPECT_THAT(MessageOf("rules: 3\n"), HasSubstr("rules is not a list"));
  EXPECT_THAT(MessageOf(std::string(300000, '#')), HasSubstr("262144 are allowed"));
}

TEST(PolicyFile, WhatIsPrintedIsReadAgain) {
  v1::GetDetectionPolicyResponse response;
  *response.mutable_policy() = ParsePolicyFile("p.yaml", kBatch)->policy;
  response.mutable_policy()->set_etag("7");
  (*response.mutable_policy()->mutable_rules(1)->mutable_selector())["odd: \"#"] = "- x\n'";
  response.mutable_defaults()->set_leak_utilization_min(0.3);
  response.mutable_least()->mutable_leak_time()->set_seconds(10);

  const std::string text = PolicyFileText(response);
  absl::StatusOr<PolicyFile> again = ParsePolicyFile("p.yaml", text);

  ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
  EXPECT_EQ(again->policy.SerializeAsString().size(), response.policy().SerializeAsString().size());
  EXPECT_EQ(again->policy.rules(1).selector().at("odd: \"#"), "- x\n'");
  EXPECT_EQ(again->policy.etag(), "7");
  EXPECT_THAT(text, HasSubstr("#   leak_utilization_min: 0.3 by default"));
}

TEST(PolicyFile, PutsTheLineBeforeWhatTheServerSaysOfARule) {
  absl::StatusOr<PolicyFile> file = ParsePolicyFile("p.yaml", kBatch);
  ASSERT_TRUE(file.ok()) << file.status();

  EXPECT_EQ(
      file->WithPlace(absl::InvalidArgumentError("rule 'batch': leak_time: 1s is wrong")).message(),
      "p.yaml:5: rule 'batch': leak_time: 1s is wrong");
  EXPECT_EQ(file->WithPlace(absl::AbortedError("it has changed")).message(), "it has changed");
}

}  // namespace
}  // namespace berthmaster
