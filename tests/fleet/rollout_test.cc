// A rollout over 50 pods of five hosts, on this kernel: as it should go, and with a canary that
// gets worse or must not be written.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "common/file/file.h"
#include "tests/fleet/fleet_fixture.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

class FleetRollout : public FleetTest {};

sockaddr_in AddressOf(const char* address, uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address, &result.sin_addr);
  return result;
}

// Connects to a port on which nobody listens, 250 times a second for at most 30 s, until the object
// goes.
class RefusedConnects {
 public:
  explicit RefusedConnects(const NamedNetns& netns)
      : thread_([this, &netns] { netns.RunInside([this] { Run(); }); }) {}
  ~RefusedConnects() {
    stop_.Notify();
    thread_.join();
  }
  RefusedConnects(const RefusedConnects&) = delete;
  RefusedConnects& operator=(const RefusedConnects&) = delete;

 private:
  void Run() {
    const sockaddr_in nobody = AddressOf("10.9.0.1", 9);
    for (int round = 0; round < 1500; ++round) {
      for (int i = 0; i < 5; ++i) {
        UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_NE(connect(fd.get(), reinterpret_cast<const sockaddr*>(&nobody), sizeof(nobody)), 0);
      }
      if (stop_.WaitForNotificationWithTimeout(absl::Milliseconds(20))) return;
    }
  }

  absl::Notification stop_;
  std::thread thread_;
};

TEST_F(FleetRollout, RolloutOfAWiderRange) {
  Fleet fleet(pods(), {});
  RangeWatch watch(pods());
  Operator people = fleet.people();
  auto begun = people.RollOut(Operator::Plan());
  ASSERT_TRUE(begun.has_value());

  v1::Rollout latest;
  auto over = people.WaitForRollout(begun->name(), IsOver, kFleetPatience, &latest);
  ASSERT_TRUE(over.has_value()) << Describe(latest) << fleet.Logs();
  ASSERT_EQ(over->state(), v1::ROLLOUT_STATE_CONFIRMED) << Describe(*over) << fleet.Logs();
  EXPECT_EQ(over->target_counts().total(), 50);
  EXPECT_EQ(over->target_counts().holding(), 50);
  EXPECT_EQ(over->wave_count(), 3);
  EXPECT_EQ(PodsInWave(*over, 0).size(), 1u);
  EXPECT_EQ(PodsInWave(*over, 1).size(), 10u);
  EXPECT_EQ(PodsInWave(*over, 2).size(), 39u);

  ExpectOneWaveAfterTheOther(*over, watch);
  ExpectStory(watch, "narrow > wide");
  for (size_t i = 0; i < pods().size(); ++i) {
    EXPECT_EQ(pods().netns(i).ReadSysctl(kFleetSysctl), "33000\t60999") << pods().name(i);
  }
  EXPECT_EQ(pods().LoadFailures(), "");

  std::map<v1::AuditAction, std::set<std::string>> entered;
  const std::vector<v1::AuditEntry> entries = people.ExportAudit();
  for (const v1::AuditEntry& entry : entries) {
    auto& labels = entered[entry.action()];
    for (const v1::AuditValue& value : entry.values()) labels.insert(value.netns_label());
  }
  EXPECT_EQ(entered[v1::AUDIT_ACTION_PUSHED].size(), 50u);
  EXPECT_EQ(entered[v1::AUDIT_ACTION_APPLIED].size(), 50u);
  EXPECT_EQ(entered.count(v1::AUDIT_ACTION_CONFIRMED), 1u);
  EXPECT_EQ(entered.count(v1::AUDIT_ACTION_REVERTED), 0u);
  const v1::VerifyAuditResponse verified = people.VerifyAudit();
  EXPECT_TRUE(verified.intact()) << verified.message();
  EXPECT_EQ(verified.verified_count(), static_cast<int64_t>(entries.size()));
  // berthctl verifies what it is sent by itself.
  auto berthctl = ChildProcess::Start(
      {BinaryPath("berthctl"), "--server", fleet.controller().address(), "audit", "verify"});
  EXPECT_EQ(berthctl->WaitForExit(kFleetPatience), 0) << berthctl->Output();
}

TEST_F(FleetRollout, APoisonedCanaryRevertsByItself) {
  // A rate before the change is judged by when it was watched for 5 s.
  Fleet fleet(pods(), {.soak = absl::Seconds(4)}, absl::Seconds(6));
  RangeWatch watch(pods());
  Operator people = fleet.people();
  auto begun = people.RollOut(Operator::Plan());
  ASSERT_TRUE(begun.has_value());
  const size_t canary = PodsInWave(*begun, 0).at(0);
  ASSERT_TRUE(
      watch.WaitFor([&](const RangeWatch::Ranges& ranges) { return ranges[canary] == kWideRange; },
                    kFleetPatience))
      << fleet.Logs();

  RefusedConnects poison(pods().netns(canary));
  v1::Rollout latest;
  auto over = people.WaitForRollout(begun->name(), IsOver, kFleetPatience, &latest);

  ASSERT_TRUE(over.has_value()) << Describe(latest) << fleet.Logs();
  EXPECT_EQ(over->state(), v1::ROLLOUT_STATE_REVERTED) << Describe(*over) << fleet.Logs();
  EXPECT_THAT(over->stop_reason(), HasSubstr("failed connects rose from 0.0/s to "));
  EXPECT_EQ(over->target_counts().waiting(), 49);
  EXPECT_EQ(over->target_counts().reverted(), 1);
  ExpectStory(watch, "narrow", {canary});
  EXPECT_EQ(watch.StoryOf(canary), "narrow > wide > narrow");
}

TEST_F(FleetRollout, AListenerThatAppearsBetweenApprovalAndWriteStopsTheCanary) {
  Fleet fleet(pods(), {});
  RangeWatch watch(pods());
  Operator people = fleet.people();
  auto recommendation = people.Propose(Operator::Plan());
  ASSERT_TRUE(recommendation.has_value());
  // Until they go on, no agent hears of the approval.
  fleet.SignalAgents(SIGSTOP);
  auto begun = people.Approve(*recommendation);
  UniqueFd listener;
  if (begun.has_value()) {
    pods().netns(PodsInWave(*begun, 0).at(0)).RunInside([&] {
      listener = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const sockaddr_in address = AddressOf("10.9.0.3", 35000);
      EXPECT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
                0);
      EXPECT_EQ(listen(listener.get(), 1), 0);
    });
  }
  fleet.SignalAgents(SIGCONT);
  ASSERT_TRUE(begun.has_value());

  v1::Rollout latest;
  auto over = people.WaitForRollout(begun->name(), IsOver, kFleetPatience, &latest);

  ASSERT_TRUE(over.has_value()) << Describe(latest) << fleet.Logs();
  EXPECT_EQ(over->state(), v1::ROLLOUT_STATE_FAILED) << Describe(*over) << fleet.Logs();
  EXPECT_THAT(over->stop_reason(), HasSubstr("LISTENER_IN_RANGE"));
  EXPECT_THAT(over->stop_reason(), HasSubstr("35000"));
  EXPECT_EQ(over->target_counts().waiting(), 49);
  ExpectStory(watch, "narrow");
}

}  // namespace
}  // namespace berthmaster
