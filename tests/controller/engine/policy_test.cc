// The detection policy: checked, kept, and in force without a restart.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/reason.h"
#include "tests/controller/engine/engine_harness.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

class DetectionPolicyTest : public testing::Test {
 protected:
  void SetUp() override { session_ = engine_.Attach(EnforcingHello("web-1")); }

  // Nothing of the host is forecast until its pools are full.
  static DetectionPolicyRequest Deaf() {
    DetectionRule rule{"deaf", {{"host", "web-1"}}, {}};
    rule.overrides.forecast_utilization_min = 1;
    rule.overrides.near_limit_utilization_min = 1;
    DetectionPolicyRequest request;
    request.rules = {rule};
    request.updater = {"ann", "127.0.0.1:4"};
    return request;
  }

  EngineHarness engine_;
  std::shared_ptr<FakeSession> session_;
};

TEST_F(DetectionPolicyTest, HoldsFromTheNextSampleOn) {
  ASSERT_TRUE(engine_.SetPolicy(Deaf()).ok());
  engine_.Churn(session_, 15);
  EXPECT_TRUE(engine_.fleet->Incidents().empty());

  ASSERT_TRUE(engine_.SetPolicy({}).ok());
  engine_.Churn(session_, 3);

  EXPECT_EQ(engine_.fleet->Incidents().size(), 1u);
}

TEST_F(DetectionPolicyTest, ARestartKeepsItInForce) {
  absl::StatusOr<DetectionPolicy> set = engine_.SetPolicy(Deaf());
  ASSERT_TRUE(set.ok()) << set.status();

  engine_.Restart();
  session_ = engine_.Attach(EnforcingHello("web-1"));
  engine_.Churn(session_, 15);

  EXPECT_EQ(*engine_.fleet->FindDetectionPolicy(), *set);
  EXPECT_EQ(set->revision, 2);
  EXPECT_EQ(set->updater, "ann");
  EXPECT_TRUE(engine_.fleet->Incidents().empty());
}

TEST_F(DetectionPolicyTest, OneThatCannotBeCommittedIsNotInForce) {
  engine_.control.FailCommit(absl::UnavailableError("I/O error"));
  EXPECT_FALSE(engine_.SetPolicy(Deaf()).ok());
  engine_.control.FailCommit(absl::OkStatus());

  EXPECT_TRUE(engine_.fleet->FindDetectionPolicy()->rules.empty());
  engine_.OpenIncident(session_);
}

TEST_F(DetectionPolicyTest, AValidationChangesNothing) {
  DetectionPolicyRequest request = Deaf();
  request.validate_only = true;

  ASSERT_TRUE(engine_.SetPolicy(request).ok());

  EXPECT_TRUE(engine_.fleet->FindDetectionPolicy()->rules.empty());
  engine_.OpenIncident(session_);
}

TEST_F(DetectionPolicyTest, ChecksTheEtag) {
  DetectionPolicyRequest request = Deaf();
  request.etag = "1";
  ASSERT_TRUE(engine_.SetPolicy(request).ok());

  EXPECT_EQ(ReasonOf(engine_.SetPolicy(request).status()), "ETAG_MISMATCH");
}

TEST_F(DetectionPolicyTest, ErrorsNameTheRuleTheFieldAndTheBounds) {
  auto message = [this](auto change) {
    DetectionPolicyRequest request = Deaf();
    change(request.rules);
    const absl::Status status = engine_.SetPolicy(request).status();
    EXPECT_EQ(ReasonOf(status), "POLICY_INVALID");
    return std::string(status.message());
  };

  EXPECT_EQ(message([](auto& rules) { rules[0].overrides.leak_time = absl::Seconds(1); }),
            "rule 'deaf': leak_time: 1s is not within 10s and 1h");
  EXPECT_EQ(message([](auto& rules) { rules.push_back(rules[0]); }),
            "rule 'deaf': is there twice; a rule has a name of its own");
  EXPECT_THAT(message([](auto& rules) { rules[0].overrides = {}; }),
              HasSubstr("rule 'deaf': sets no threshold"));
  EXPECT_THAT(message([](auto& rules) { rules[0].name.clear(); }), HasSubstr("rules[0].name"));
  EXPECT_THAT(message([](auto& rules) {
                rules[0].selector = {{"cause", "udp_ports"}};
              }),
              HasSubstr("rule 'deaf': selector: cause"));
  EXPECT_THAT(message([](auto& rules) { rules.resize(101); }),
              HasSubstr("at most 100 are allowed"));
}

}  // namespace
}  // namespace berthmaster
