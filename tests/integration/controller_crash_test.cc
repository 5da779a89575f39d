#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <set>

#include "absl/time/clock.h"
#include "berthmaster/v1/host.grpc.pb.h"
#include "berthmaster/v1/incident.grpc.pb.h"
#include "berthmaster/v1/policy.grpc.pb.h"
#include "berthmaster/v1/pool.grpc.pb.h"
#include "berthmaster/v1/silence.grpc.pb.h"
#include "controller/store/sqlite/open_stores.h"
#include "tests/integration/running_controller.h"
#include "tests/integration/test_agent.h"

namespace berthmaster {
namespace {

constexpr char kHostId[] = "crash-host";

// Samples recorded on the disk, read without any controller.
int64_t CountOnDisk(const std::string& data_dir, int64_t epoch) {
  absl::StatusOr<Stores> stores = OpenStores(data_dir);
  if (!stores.ok()) {
    ADD_FAILURE() << stores.status();
    return -1;
  }
  return stores->history_reader->CountSamples(kHostId, epoch).value_or(-1);
}

TEST(ControllerCrash, EveryAcknowledgedSampleIsThereAfterKillNine) {
  constexpr int64_t kEpoch = 42;
  RunningController controller;
  int64_t sequence = 1;
  int64_t acknowledged = 0;
  for (int round = 0; round < 4; ++round) {
    if (round > 0) controller.Restart();
    TestAgent agent(controller.Connect(), kHostId, kEpoch, sequence);
    const std::optional<int64_t> committed = agent.WaitForWelcome();
    ASSERT_TRUE(committed.has_value()) << controller.Log();
    EXPECT_GE(*committed, acknowledged) << "an acknowledged sample is lost";
    EXPECT_LT(*committed, sequence);
    sequence = *committed + 1;

    const int64_t first = sequence;
    while (agent.acknowledged() < first + 50 && agent.Send(sequence)) ++sequence;
    // Samples are still in flight when it dies.
    controller.Kill();
    agent.WaitForEnd();
    acknowledged = agent.acknowledged();
    EXPECT_GE(acknowledged, first + 50);
  }
  const int64_t recorded = CountOnDisk(controller.data_dir(), kEpoch);
  EXPECT_GE(recorded, acknowledged);
  EXPECT_LT(recorded, sequence) << "a sample is counted twice";
}

TEST(ControllerCrash, SamplesSentAgainAfterAReconnectCountOnce) {
  constexpr int64_t kEpoch = 43;
  RunningController controller;
  {
    TestAgent agent(controller.Connect(), kHostId, kEpoch, 1);
    for (int64_t sequence = 1; sequence <= 20; ++sequence) ASSERT_TRUE(agent.Send(sequence));
    ASSERT_TRUE(agent.WaitForAck(20));
  }
  TestAgent again(controller.Connect(), kHostId, kEpoch, 21);
  ASSERT_EQ(again.WaitForWelcome(), 20);
  for (int64_t sequence = 11; sequence <= 30; ++sequence) ASSERT_TRUE(again.Send(sequence));
  ASSERT_TRUE(again.WaitForAck(30));

  EXPECT_EQ(controller.Stop(), 0);
  EXPECT_EQ(CountOnDisk(controller.data_dir(), kEpoch), 30);
}

// A caller that waits for a controller that comes back.
std::unique_ptr<grpc::ClientContext> PatientContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_wait_for_ready(true);
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  return context;
}

TEST(ControllerCrash, SilencesAndThePolicyOutliveKillNine) {
  RunningController controller;
  TestAgent agent(controller.Connect(), kHostId, 44, 1);
  ASSERT_TRUE(agent.Send(1, 400));
  ASSERT_TRUE(agent.WaitForAck(1)) << "a pool without a free port is an incident at once";
  v1::CreateSilenceRequest silence;
  (*silence.mutable_silence()->mutable_selector())["host"] = kHostId;
  silence.mutable_silence()->set_reason("a test");
  silence.mutable_length()->set_seconds(3600);
  v1::CreateSilenceResponse created;
  ASSERT_TRUE(v1::SilenceService::NewStub(controller.Connect())
                  ->CreateSilence(PatientContext().get(), silence, &created)
                  .ok());
  EXPECT_EQ(created.muted_incident_count(), 1);
  v1::UpdateDetectionPolicyRequest update;
  v1::DetectionRule& rule = *update.mutable_policy()->add_rules();
  rule.set_name("late");
  rule.mutable_thresholds()->set_near_limit_utilization_min(0.97);
  v1::UpdateDetectionPolicyResponse updated;
  ASSERT_TRUE(v1::PolicyService::NewStub(controller.Connect())
                  ->UpdateDetectionPolicy(PatientContext().get(), update, &updated)
                  .ok());

  controller.Kill();
  controller.Restart();

  v1::ListIncidentsRequest silenced;
  silenced.mutable_filter()->set_by_silenced(true);
  v1::ListIncidentsResponse incidents;
  ASSERT_TRUE(v1::IncidentService::NewStub(controller.Connect())
                  ->ListIncidents(PatientContext().get(), silenced, &incidents)
                  .ok());
  ASSERT_EQ(incidents.incidents_size(), 1) << controller.Log();
  EXPECT_EQ(incidents.incidents(0).silence(), created.silence().name());
  EXPECT_EQ(incidents.incidents(0).state(), v1::INCIDENT_STATE_OPEN);
  v1::GetDetectionPolicyResponse policy;
  ASSERT_TRUE(v1::PolicyService::NewStub(controller.Connect())
                  ->GetDetectionPolicy(PatientContext().get(), {}, &policy)
                  .ok());
  EXPECT_EQ(policy.policy().etag(), updated.policy().etag());
  ASSERT_EQ(policy.policy().rules_size(), 1);
  EXPECT_EQ(policy.policy().rules(0).SerializeAsString(), rule.SerializeAsString());
}

// The sample times that the history holds of the TIME_WAIT table of the host's first namespace.
class TableHistory {
 public:
  explicit TableHistory(const RunningController& controller)
      : stub_(v1::PoolService::NewStub(controller.Connect())) {}

  std::set<int64_t> SampleMillis() {
    v1::ListPoolsRequest list;
    list.mutable_filter()->set_by_kind(v1::POOL_KIND_TIME_WAIT_TABLE);
    v1::ListPoolsResponse pools;
    grpc::ClientContext list_context;
    list_context.set_wait_for_ready(true);
    list_context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    std::set<int64_t> times;
    if (!stub_->ListPools(&list_context, list, &pools).ok()) return times;
    if (name_.empty() && pools.pools_size() > 0) name_ = pools.pools(0).name();
    if (name_.empty()) return times;
    v1::GetPoolHistoryRequest request;
    request.set_name(name_);
    request.set_max_points(10000);
    v1::GetPoolHistoryResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    stub_->GetPoolHistory(&context, request, &response);
    for (const v1::PoolHistoryPoint& point : response.points()) {
      times.insert(point.sample_time().seconds() * 1000 + point.sample_time().nanos() / 1000000);
    }
    return times;
  }

  // Waits until there are `count` samples.
  std::set<int64_t> WaitForSamples(size_t count) {
    const absl::Time end = absl::Now() + absl::Seconds(60);
    std::set<int64_t> times;
    while ((times = SampleMillis()).size() < count && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(200));
    }
    return times;
  }

 private:
  std::unique_ptr<v1::PoolService::Stub> stub_;
  std::string name_;
};

// The namespaces of tests that run at the same time come and go; this one stays.
std::string OwnNetnsInode() {
  struct stat info {};
  EXPECT_EQ(stat("/proc/self/ns/net", &info), 0);
  return std::to_string(info.st_ino);
}

TEST(ControllerCrash, TheAgentResumesByItself) {
  if (access(BinaryPath("berthmaster-agent").c_str(), X_OK) != 0) {
    GTEST_SKIP() << "berthmaster-agent is not built: ninja berthmaster-agent";
  }
  if (geteuid() != 0) GTEST_SKIP() << "the agent needs root to see its namespace's sockets: sudo";
  RunningController controller;
  TempDirectory state;
  const auto agent = ChildProcess::Start(
      {BinaryPath("berthmaster-agent"), "--controller", controller.address(), "--host-id",
       "resume-host", "--state-dir", state.path(), "--sample-interval", "200ms", "--cpu-budget",
       "100%", "--metrics-listen", "off", "--netns", OwnNetnsInode()});
  TableHistory history(controller);
  const std::set<int64_t> before = history.WaitForSamples(10);
  ASSERT_GE(before.size(), 10u) << agent->Output() << controller.Log();

  controller.Kill();
  controller.Restart();

  const std::set<int64_t> after = TableHistory(controller).WaitForSamples(before.size() + 10);
  EXPECT_GE(after.size(), before.size() + 10) << agent->Output() << controller.Log();
  for (const int64_t time : before) EXPECT_TRUE(after.contains(time)) << time << " is lost";
}

}  // namespace
}  // namespace berthmaster
