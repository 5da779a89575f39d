// The main job, end to end: a namespace with 400 ports is driven towards exhaustion by real short
// connections, and everything that Berthmaster promises happens, through the public API, with the
// real binaries.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/circle/berthmaster_stack.h"
#include "tests/circle/named_netns.h"

namespace berthmaster {
namespace {

constexpr char kPortRange[] = "net.ipv4.ip_local_port_range";
constexpr char kNarrowRange[] = "40000\t40399";
constexpr absl::Duration kPatience = absl::Seconds(60);

class Circle : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string why = WhyNoNamespaces(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(Circle, EndsExhaustionByAnApprovedChangeInThatNamespaceOnly) {
  NamedNetns sick("sick");
  NamedNetns bystander("bystander");
  sick.WriteSysctl(kPortRange, kNarrowRange);
  bystander.WriteSysctl(kPortRange, kNarrowRange);
  const std::string own_range = ReadOwnSysctl(kPortRange);
  BerthmasterStack stack(
      {"--profile", "enforce", "--netns", sick.name(), "--netns", bystander.name()});

  // 25 a second, closed first by the client: 400 ports last 16 s, and settle far above.
  auto load = sick.Start({BinaryPath("berthmaster-demo-workload"), "--source", "10.9.0.1",
                          "--destination", "10.9.0.2:8080", "--rate", "25", "--seconds", "200"});
  auto incident = stack.WaitForIncident(
      [](const v1::Incident& i) { return i.state() == v1::INCIDENT_STATE_OPEN; }, kPatience);
  ASSERT_TRUE(incident.has_value()) << stack.Logs();
  EXPECT_FALSE(absl::StrContains(load->Output(), "first failure"))
      << "the incident came after the first EADDRNOTAVAIL";
  EXPECT_EQ(incident->cause(), v1::INCIDENT_CAUSE_TIME_WAIT_CHURN);
  EXPECT_EQ(incident->source_address(), "10.9.0.1");
  EXPECT_EQ(incident->destination_address(), "10.9.0.2");
  EXPECT_EQ(incident->destination_port(), 8080);
  EXPECT_EQ(incident->netns_label(), sick.name());

  ASSERT_TRUE(load->WaitForOutput("first failure", kPatience)) << load->Output();

  auto recommendations = stack.Recommendations(incident->name());
  ASSERT_FALSE(recommendations.empty()) << stack.Logs();
  const v1::Recommendation& widen = recommendations.front();
  ASSERT_EQ(widen.kind(), v1::RECOMMENDATION_KIND_WIDEN_RANGE);
  ASSERT_EQ(widen.changes_size(), 1);
  EXPECT_EQ(widen.changes(0).sysctl(), kPortRange);
  EXPECT_EQ(widen.changes(0).expected_value(), "40000 40399");
  EXPECT_LT(widen.what_if().after().settled_utilization(), 0.9);

  v1::ApproveRecommendationRequest unknown;
  unknown.set_name(widen.name());
  unknown.set_reason("try something else");
  (*unknown.mutable_desired_values())["net.ipv4.tcp_tw_recycle"] = "1";
  v1::ApproveRecommendationResponse response;
  EXPECT_EQ(stack.Approve(unknown, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  v1::ApproveRecommendationRequest request;
  request.set_name(widen.name());
  request.set_reason("the shop must go on");
  grpc::Status approved = stack.Approve(request, response);
  ASSERT_TRUE(approved.ok()) << approved.error_message();

  auto rollout = stack.WaitForRollout(
      [](const v1::Rollout& r) {
        return r.state() == v1::ROLLOUT_STATE_CONFIRMED || r.state() == v1::ROLLOUT_STATE_FAILED ||
               r.state() == v1::ROLLOUT_STATE_REVERTED;
      },
      kPatience);
  ASSERT_TRUE(rollout.has_value()) << stack.Logs();
  ASSERT_EQ(rollout->state(), v1::ROLLOUT_STATE_CONFIRMED) << rollout->message();
  const v1::TargetSysctl& written = rollout->targets(0).sysctls(0);
  EXPECT_EQ(written.applied_value(), widen.changes(0).desired_value());
  EXPECT_EQ(written.effective_value(), widen.changes(0).desired_value());

  std::string in_force = sick.ReadSysctl(kPortRange);
  std::replace(in_force.begin(), in_force.end(), '\t', ' ');
  EXPECT_EQ(in_force, widen.changes(0).desired_value());
  EXPECT_EQ(bystander.ReadSysctl(kPortRange), kNarrowRange);
  EXPECT_EQ(ReadOwnSysctl(kPortRange), own_range);

  auto resolved = stack.WaitForIncident(
      [&](const v1::Incident& i) {
        return i.name() == incident->name() && i.state() == v1::INCIDENT_STATE_RESOLVED;
      },
      kPatience);
  EXPECT_TRUE(resolved.has_value()) << stack.Logs();

  // The workload's own count of 5 s without one failure.
  size_t seen = load->Output().size();
  ASSERT_TRUE(load->WaitForOutput("connections to", kPatience));
  const absl::Time give_up = absl::Now() + kPatience;
  bool sound = false;
  while (!sound && absl::Now() < give_up) {
    std::string fresh = load->Output().substr(seen);
    for (size_t line = fresh.find(" connections to"); line != std::string::npos;
         line = fresh.find(" connections to", line + 1)) {
      size_t end = fresh.find('\n', line);
      if (end != std::string::npos &&
          !absl::StrContains(fresh.substr(line, end - line), "FAILED")) {
        sound = true;
      }
    }
    if (!sound) load->WaitForExit(absl::Milliseconds(200));
  }
  EXPECT_TRUE(sound) << load->Output();
}

}  // namespace
}  // namespace berthmaster
