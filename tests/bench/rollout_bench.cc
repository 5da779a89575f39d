// approve → applied and verified on 1,000 attached agents, without soak: a real engine on SQLite
// behind gRPC on loopback, and for each agent a stream and a real tuner with its journal (in
// memory: a thousand hosts have a thousand disks) over a kernel in memory. All in one process.

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "agent/tune/tuner.h"
#include "berthmaster/v1/agent.grpc.pb.h"
#include "common/clock/clock.h"
#include "common/log/log.h"
#include "common/sysctl/catalogue.h"
#include "common/wire/desired_state_wire.h"
#include "common/wire/identity_wire.h"
#include "common/wire/sample_wire.h"
#include "controller/api/grpc_server.h"
#include "controller/engine/engine.h"
#include "controller/link/agent_service.h"
#include "controller/store/sqlite/open_stores.h"
#include "tests/fakes/agent_held_ports.h"
#include "tests/fakes/agent_netns_sysctl.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {
namespace {

constexpr int kAgents = 1000;
constexpr absl::Duration kBar = absl::Seconds(2);
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr NetnsId kNetns = {kFixtureCookie, kFixtureInode};

// One agent: a stream, and a tuner that does what comes down on it.
class BenchAgent final : public grpc::ClientBidiReactor<v1::AttachRequest, v1::AttachResponse> {
 public:
  BenchAgent(std::string host_id, const std::string& directory)
      : host_id_(std::move(host_id)),
        template_(SampleBuilder().Range(40000, 40399).Churn(1, absl::Seconds(1)).Build()) {
    for (const auto& [sysctl, value] : template_.namespaces[0].sysctls) {
      kernel_.Set(kNetns, sysctl, value);
    }
    TunerOptions options;
    options.profile = AgentProfile::kEnforce;
    options.journal_path = absl::StrCat(directory, "/", host_id_);
    options.kernel_release = "6.9.0";
    tuner_ = Tuner::Open(std::move(options), {&clock_, &kernel_, &kernel_, &held_ports_}).value();
  }

  void Start(const std::shared_ptr<grpc::Channel>& channel) {
    stub_ = v1::AgentService::NewStub(channel);
    stub_->async()->Attach(&context_, this);
    AgentHello hello;
    hello.host_id = host_id_;
    hello.identity.profile = AgentProfile::kEnforce;
    hello.identity.capabilities = {AgentCapability::kApplySysctl};
    hello.epoch = 1;
    v1::AttachRequest request;
    *request.mutable_hello() = ToProto(hello);
    Send(std::move(request));
    SendSample();
    StartRead(&response_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }
  void AwaitDone() { done_.WaitForNotification(); }
  bool applied() const { return applied_.load(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (response_.has_desired_state()) TakePush();
    StartRead(&response_);
  }
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    outbox_.pop_front();
    if (ok && !outbox_.empty()) StartWrite(&outbox_.front());
  }
  void OnDone(const grpc::Status&) override { done_.Notify(); }

 private:
  void Send(v1::AttachRequest request) {
    absl::MutexLock lock(&mutex_);
    outbox_.push_back(std::move(request));
    if (outbox_.size() == 1) StartWrite(&outbox_.front());
  }
  void SendSample() {
    // As a kernel with that range shows the same load.
    HostSample sample = applied_
                            ? SampleBuilder().Range(32768, 60999).Churn(1, absl::Seconds(1)).Build()
                            : template_;
    sample.sequence = ++sequence_;
    sample.sample_time = clock_.SystemNow();
    for (auto& [sysctl, value] : sample.namespaces[0].sysctls) value = kernel_.Get(kNetns, sysctl);
    v1::AttachRequest request;
    *request.mutable_sample() = ToProto(host_id_, sample);
    Send(std::move(request));
  }
  void TakePush() {
    absl::StatusOr<DesiredState> desired = FromProto(response_.desired_state());
    if (!desired.ok()) return;
    v1::AttachRequest request;
    *request.mutable_desired_state_reply() = ToProto(tuner_->Apply(*desired));
    Send(std::move(request));
    if (desired->changes.empty()) return;
    applied_ = true;
    // As an agent does after a new revision.
    if (desired->revision != std::exchange(revision_, desired->revision)) SendSample();
  }

  const std::string host_id_;
  const HostSample template_;
  LinuxClock clock_;
  FakeNetnsSysctl kernel_;
  FakeHeldPorts held_ports_;
  std::unique_ptr<Tuner> tuner_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  v1::AttachResponse response_;
  absl::Mutex mutex_;
  std::deque<v1::AttachRequest> outbox_;
  int64_t sequence_ = 0;
  int64_t revision_ = 0;
  std::atomic<bool> applied_ = false;
  absl::Notification done_;
};

// Waits for an answer of the engine.
template <typename T, typename Call>
absl::StatusOr<T> Await(Call call) {
  absl::Notification done;
  absl::StatusOr<T> answer;
  call([&](absl::StatusOr<T> given) {
    answer = std::move(given);
    done.Notify();
  });
  done.WaitForNotification();
  return answer;
}

// Polls until it holds; what is measured has its own clock.
template <typename Condition>
bool Until(const Clock& clock, Condition holds) {
  const absl::Duration end = clock.MonotonicNow() + kPatience;
  while (!holds()) {
    if (clock.MonotonicNow() > end) return false;
    usleep(2000);
  }
  return true;
}

int Run() {
  LinuxClock clock;
  LinuxRandom random;
  const std::string base = absl::StrCat("/tmp/berthmaster-rollout-bench-", getpid());
  const std::string journals = absl::StrCat("/dev/shm/berthmaster-rollout-bench-", getpid());
  std::filesystem::create_directories(journals);
  Stores stores = OpenStores(base).value();
  Fleet fleet;
  EventBus events;
  EngineOptions options;
  options.soak = absl::ZeroDuration();
  Engine engine(
      {&clock, &random, stores.control.get(), stores.history_writer.get(), &fleet, &events},
      options);
  if (absl::Status started = engine.Start(); !started.ok()) {
    std::cerr << started.message() << "\n";
    return 2;
  }
  AgentServiceImpl service(&engine);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
  std::vector<std::unique_ptr<BenchAgent>> agents;
  for (int i = 0; i < kAgents; ++i) {
    agents.push_back(std::make_unique<BenchAgent>(absl::StrCat("host-", i), journals));
    agents.back()->Start(channel);
  }
  bool ok = Until(clock, [&] {
    int seen = 0;
    for (const auto& host : fleet.Hosts()) seen += host->sample != nullptr ? 1 : 0;
    return seen == kAgents;
  });

  ProposalRequest proposal;
  proposal.desired_values[std::string(kPortRangeSysctl)] = "32768 60999";
  proposal.plan.selector = {{"named", "blue"}};
  proposal.plan.waves = {{.count = 0, .percent = 100}};
  proposal.proposer = "ann";
  proposal.reason = "a bench";
  absl::StatusOr<ProposedChange> proposed = Await<ProposedChange>(
      [&](Engine::Done<ProposedChange> done) { engine.Propose(proposal, std::move(done)); });
  if (!ok || !proposed.ok()) {
    std::cerr << "the fleet does not stand: " << proposed.status().message() << "\n";
    return 2;
  }
  DecisionRequest approval;
  approval.recommendation_id = proposed->recommendation.id;
  approval.decider = "bob";
  approval.reason = "a bench";
  const absl::Duration begin = clock.MonotonicNow();
  const std::clock_t cpu_begin = std::clock();
  absl::StatusOr<Recommendation> approved = Await<Recommendation>(
      [&](Engine::Done<Recommendation> done) { engine.Approve(approval, std::move(done)); });
  const absl::Duration answered = clock.MonotonicNow() - begin;
  ok = approved.ok() && Until(clock, [&] {
         for (const auto& agent : agents) {
           if (!agent->applied()) return false;
         }
         return true;
       });
  const absl::Duration applied = clock.MonotonicNow() - begin;
  ok = ok && Until(clock, [&] {
         return fleet.FindRollout(approved->rollout_id)->state == RolloutState::kConfirmed;
       });
  const absl::Duration confirmed = clock.MonotonicNow() - begin;
  const double cpu = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
  for (const auto& agent : agents) agent->Cancel();
  for (const auto& agent : agents) agent->AwaitDone();
  engine.Stop();
  server->Shutdown(absl::ToChronoTime(clock.SystemNow() + absl::Seconds(5)));
  std::filesystem::remove_all(base);
  std::filesystem::remove_all(journals);
  if (!ok) {
    std::cerr << "the rollout did not come through: "
              << (approved.ok() ? fleet.FindRollout(approved->rollout_id)->message
                                : std::string(approved.status().message()))
              << "\n";
    return 2;
  }
  std::cout << absl::StrFormat(
      "approve -> applied and verified on %d attached agents, canary and one wave, no soak\n"
      "  answered           %6.0f ms\n"
      "  applied everywhere %6.0f ms\n"
      "  CONFIRMED          %6.0f ms (bar %d ms), CPU of controller and agents %.2f s\n",
      kAgents, absl::ToDoubleMilliseconds(answered), absl::ToDoubleMilliseconds(applied),
      absl::ToDoubleMilliseconds(confirmed), absl::ToInt64Milliseconds(kBar), cpu);
  return confirmed <= kBar ? 0 : 1;
}

}  // namespace
}  // namespace berthmaster

int main() {
  if (!berthmaster::SetLogLevel("error").ok()) return 2;
  return berthmaster::Run();
}
