#include "cli/propose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/columns.h"
#include "cli/decide.h"
#include "cli/flag_values.h"
#include "cli/page.h"
#include "tests/cli/change_server.h"

namespace berthmaster {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class ProposeCommand : public ::testing::Test {
 protected:
  ProposeCommand() {
    options_.set = {"net.ipv4.ip_local_port_range=15000 64999"};
    options_.selector = {"workload=shop/api,host.zone=a"};
    options_.reason = "more room for the sale";
    v1::Recommendation& made = *server_.recommendations.proposal.mutable_recommendation();
    made.set_name("recommendations/c1");
    made.set_state(v1::RECOMMENDATION_STATE_PROPOSED);
    made.set_summary(
        "set net.ipv4.ip_local_port_range to '15000 64999' in 2 namespaces of 2 hosts");
    made.set_risk(v1::RECOMMENDATION_RISK_MEDIUM);
    made.set_approvals_required(2);
    made.set_target_count(2);
    made.mutable_expire_time()->set_seconds(1767225600);
    (*made.mutable_plan()->mutable_selector())["workload"] = "shop/api";
    made.mutable_plan()->set_canary_count(1);
    server_.recommendations.proposal.add_netns("hosts/web-0/netns/7");
    server_.recommendations.proposal.add_netns("hosts/web-1/netns/7");
    server_.recommendations.proposal.add_left_out("hosts/web-2 blue: its agent may not write");
    v1::SettingAdvice& advice = *server_.recommendations.proposal.add_advice();
    advice.set_severity(v1::ADVICE_SEVERITY_WARNING);
    advice.set_setting("net.ipv4.ip_local_port_range");
    advice.set_value("15000 64999");
    advice.set_reason("A listener stands in it.");
  }

  std::string Refusal() {
    return std::string(Propose(server_.client(), options_, random_).status().message());
  }

  ChangeServer server_;
  SameRandom random_;
  ProposeOptions options_;
};

TEST_F(ProposeCommand, SaysWhatItWouldChangeAndWhatIsLeftOut) {
  absl::StatusOr<std::string> text = Propose(server_.client(), options_, random_);

  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text,
            "Summary:                  set net.ipv4.ip_local_port_range to '15000 64999' in 2 "
            "namespaces of 2 hosts\n"
            "Risk:                     MEDIUM\n"
            "To be approved by:        2 different people\n"
            "Expires:                  2026-01-01T00:00:00Z\n"
            "\n"
            "Plan:\n"
            "  Where:                    workload=shop/api\n"
            "  Canary:                   1 target\n"
            "  Then:                     a tenth, a half, the rest\n"
            "  Soak:                     as the controller does by default\n"
            "  Failures put up with:     0\n"
            "\n"
            "Would change (2):\n"
            "  hosts/web-0/netns/7\n"
            "  hosts/web-1/netns/7\n"
            "\n"
            "Left out (1):\n"
            "  hosts/web-2 blue: its agent may not write\n"
            "\n"
            "WARNING net.ipv4.ip_local_port_range = 15000 64999:\n"
            "  A listener stands in it.\n"
            "\n"
            "recommendations/c1 PROPOSED; approve it with: berthctl approve recommendations/c1 "
            "--reason TEXT\n");
}

TEST_F(ProposeCommand, SendsThePlanAsTyped) {
  options_.selector.emplace_back("destination=10.0.0.2:443");
  options_.canary_count = 2;
  options_.waves = {"5", "50%"};
  options_.soak = "5m";
  options_.failed_targets_max = 1;
  options_.pause_after_canary = true;
  options_.follows = true;
  options_.persist = true;

  ASSERT_TRUE(Propose(server_.client(), options_, random_).ok());

  const v1::ProposeChangeRequest& sent = server_.recommendations.proposed;
  EXPECT_EQ(sent.desired_values().at("net.ipv4.ip_local_port_range"), "15000 64999");
  EXPECT_EQ(LabelsText(sent.plan().selector()),
            "destination=10.0.0.2:443,host.zone=a,workload=shop/api");
  EXPECT_EQ(sent.plan().canary_count(), 2);
  ASSERT_EQ(sent.plan().waves_size(), 2);
  EXPECT_EQ(sent.plan().waves(0).count(), 5);
  EXPECT_EQ(sent.plan().waves(1).percent(), 50);
  EXPECT_EQ(sent.plan().soak().seconds(), 300);
  EXPECT_EQ(sent.plan().failed_targets_max(), 1);
  EXPECT_TRUE(sent.plan().pause_after_canary());
  EXPECT_TRUE(sent.plan().follows());
  EXPECT_TRUE(sent.plan().persist());
  EXPECT_EQ(sent.reason(), "more room for the sale");
  EXPECT_EQ(sent.request_id(), "00000000-0000-4007-8000-000000000007");
  EXPECT_FALSE(sent.validate_only());
}

TEST_F(ProposeCommand, ADryRunSaysThatNothingWasChanged) {
  options_.validate_only = true;
  server_.recommendations.proposal.mutable_recommendation()->clear_name();

  absl::StatusOr<std::string> text = Propose(server_.client(), options_, random_);

  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("\nit can be proposed; nothing was changed\n"));
  EXPECT_TRUE(server_.recommendations.proposed.validate_only());
}

TEST_F(ProposeCommand, PrintsTheNameForScripts) {
  options_.format = OutputFormat::kName;

  EXPECT_EQ(*Propose(server_.client(), options_, random_), "recommendations/c1\n");
}

TEST_F(ProposeCommand, RefusesWhatDoesNotFitBeforeAsking) {
  options_.set = {"net.ipv4.tcp_tw_reuse"};
  EXPECT_THAT(Refusal(), HasSubstr("--set 'net.ipv4.tcp_tw_reuse' is not SYSCTL=VALUE"));
  options_.set = {"a=1", "a=2"};
  EXPECT_EQ(Refusal(), "--set a is given twice; it can have one value");
  options_.set = {"a=1"};
  options_.selector = {"web-1"};
  EXPECT_THAT(Refusal(), HasSubstr("--selector 'web-1' is not NAME=VALUE"));
  options_.selector = {"host=a,host=b"};
  EXPECT_THAT(Refusal(), HasSubstr("--selector host is given twice"));
  options_.selector = {"host=a"};
  for (const char* wave : {"0", "-1", "", "%", "10 %", "half"}) {
    options_.waves = {wave};
    EXPECT_THAT(Refusal(), HasSubstr("is not a number of targets such as 5")) << wave;
  }
  options_.waves.clear();
  for (const char* soak : {"5", "-5m", "inf", "soon"}) {
    options_.soak = soak;
    EXPECT_THAT(Refusal(), HasSubstr("is not a time; write a number with a unit")) << soak;
  }
  EXPECT_EQ(server_.recommendations.proposed.reason(), "") << "asked all the same";
}

TEST(SelectorFlag, KeepsACommaThatIsEscaped) {
  EXPECT_THAT(*ParseSelectorFlag({R"(a=1\,2,b=x=y)", R"(c=\\)"}),
              ElementsAre(Pair("a", "1,2"), Pair("b", "x=y"), Pair("c", "\\")));
}

TEST_F(ProposeCommand, ApproveSaysHowManyAreThereAndNeeded) {
  DecideOptions decide;
  decide.name = "c1";
  decide.reason = "fine";
  v1::Recommendation& decided = server_.recommendations.decided;
  decided = server_.recommendations.proposal.recommendation();
  decided.set_approvals_required(3);
  decided.add_approvals()->set_decider("ann");
  EXPECT_EQ(*Approve(server_.client(), decide, random_),
            "recommendations/c1 PROPOSED with 1 of 3 approvals; it starts when 2 more of other "
            "people have approved it\n");
  EXPECT_EQ(*Reject(server_.client(), decide, random_),
            "recommendations/c1 PROPOSED with 1 of 3 approvals\n");

  decide.validate_only = true;
  EXPECT_EQ(
      *Approve(server_.client(), decide, random_),
      "recommendations/c1 can be approved; it has 1 of 3 approvals now; nothing was changed\n");

  decide.validate_only = false;
  decided.set_approvals_required(1);
  decided.set_state(v1::RECOMMENDATION_STATE_APPROVED);
  decided.set_rollout("rollouts/r1");
  EXPECT_EQ(*Approve(server_.client(), decide, random_),
            "recommendations/c1 APPROVED with 1 of 1 approvals; follow it with: berthctl rollout "
            "status rollouts/r1\n");
}

TEST_F(ProposeCommand, ListsShowApprovalsProposerAndWhere) {
  v1::Recommendation made = server_.recommendations.proposal.recommendation();
  made.set_proposer("ann");
  made.add_approvals()->set_decider("bob");
  EXPECT_THAT(Heading<v1::Recommendation>(),
              ElementsAre("NAME", "STATE", "RANK", "KIND", "RISK", "APPROVALS", "PROPOSER", "NETNS",
                          "AGE", "SUMMARY"));
  const std::vector<std::string> cells = Cells(made, absl::UnixEpoch());
  EXPECT_EQ(cells[5], "1/2");
  EXPECT_EQ(cells[6], "ann");
  EXPECT_EQ(cells[7], "workload=shop/api (2)");

  made.set_approvals_required(0);
  made.mutable_plan()->clear_selector();
  made.set_netns("hosts/web-1/netns/7");
  made.set_netns_label("blue");
  EXPECT_THAT(Cells(made, absl::UnixEpoch()), Contains("policy"));
  EXPECT_THAT(Cells(made, absl::UnixEpoch()), Contains("web-1/blue"));
}

TEST_F(ProposeCommand, DescribeShowsPlanApprovalsAndExpiry) {
  v1::Recommendation made = server_.recommendations.proposal.recommendation();
  made.set_proposer("ann");
  made.mutable_plan()->add_waves()->set_count(3);
  v1::Decision& approval = *made.add_approvals();
  approval.set_decider("bob");
  approval.set_reason("looks fine");
  approval.mutable_decide_time()->set_seconds(1767225600);
  v1::SysctlChange& change = *made.add_changes();
  change.set_sysctl("net.ipv4.ip_local_port_range");
  change.set_desired_value("15000 64999");
  Page page;
  AppendRecommendation(made, page);

  EXPECT_THAT(page.text(), HasSubstr("Targets:                  2 when it was proposed\n"));
  EXPECT_THAT(page.text(), HasSubstr("Proposed by:              ann\n"));
  EXPECT_THAT(page.text(), HasSubstr("Expires:                  2026-01-01T00:00:00Z\n"));
  EXPECT_THAT(page.text(), HasSubstr("  Then:                     3, what is left\n"));
  EXPECT_THAT(page.text(), HasSubstr("Approvals (1 of 2):\n"
                                     "  bob at 2026-01-01T00:00:00Z: looks fine\n"));
  EXPECT_THAT(page.text(), HasSubstr("Change:\n  + net.ipv4.ip_local_port_range = 15000 64999\n"));
  EXPECT_THAT(page.text(), Not(HasSubstr("Namespace:")));
}

}  // namespace
}  // namespace berthmaster
