// What a report costs the controller: CPU of the engine's thread per report of 30 pools, with the
// real stores, from the queue to the acknowledgement. The wire and gRPC are not in it.

#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/log/log.h"
#include "controller/detect/incident_tracker.h"
#include "controller/engine/engine_core.h"
#include "controller/store/sqlite/open_stores.h"
#include "tests/fixtures/sample_builder.h"

namespace berthmaster {
namespace {

constexpr int kHosts = 1000;
constexpr int kPoolsPerReport = 30;
constexpr int kRounds = 10;

// Counts what comes back; an agent would be behind it.
class CountingSession final : public AgentSession {
 public:
  void SendWelcome(int64_t) override {}
  void SendSampleAck(int64_t) override { ++acks_; }
  void SendDesiredState(const DesiredState&) override {}
  void SendRetryAfter(absl::Duration) override {}
  void End(const absl::Status&) override {}
  int64_t acks() const { return acks_; }

 private:
  int64_t acks_ = 0;
};

// Stores that count their own CPU time, so that the engine's share can be told from theirs.
class TimedControlStore final : public ControlStore {
 public:
  explicit TimedControlStore(ControlStore* store) : store_(store) {}
  absl::StatusOr<ControlState> Load() override { return store_->Load(); }
  absl::Status Commit(const ControlState& changed) override {
    const absl::Duration before = clock_.ThreadCpuNow();
    absl::Status status = store_->Commit(changed);
    cpu += clock_.ThreadCpuNow() - before;
    return status;
  }
  absl::Duration cpu;

 private:
  const LinuxClock clock_;
  ControlStore* store_;
};

class TimedHistoryWriter final : public HistoryWriter {
 public:
  explicit TimedHistoryWriter(HistoryWriter* writer) : writer_(writer) {}
  absl::StatusOr<std::vector<HistoryStream>> LoadStreams() override {
    return writer_->LoadStreams();
  }
  absl::Status Append(const std::vector<HistoryEntry>& entries) override {
    const absl::Duration before = clock_.ThreadCpuNow();
    absl::Status status = writer_->Append(entries);
    cpu += clock_.ThreadCpuNow() - before;
    return status;
  }
  absl::StatusOr<bool> Prune(absl::Time oldest) override { return writer_->Prune(oldest); }
  absl::Duration cpu;

 private:
  const LinuxClock clock_;
  HistoryWriter* writer_;
};

// `busy` of the pools are above the share below which detection does not look.
HostSample Report(int host, int64_t round, int busy, absl::Time now) {
  HostSample sample = SampleBuilder()
                          .Sequence(round + 1)
                          .At(now)
                          .Range(32768, 60999)
                          .Pools(kPoolsPerReport)
                          .Build();
  int pool_index = 0;
  for (PoolSample& pool : sample.namespaces[0].pools) {
    const int64_t base = pool_index < busy ? 4000 : 0;
    pool.in_use = static_cast<int32_t>(base + (host * 31 + pool_index++ * 7 + round * 13) % 1000);
    pool.states[TcpState::kTimeWait] = pool.in_use / 2;
    pool.states[TcpState::kEstablished] = pool.in_use - pool.in_use / 2;
    pool.time_wait_releases.assign(kReleaseSeconds, pool.in_use / 2 / kReleaseSeconds);
    pool.connection_rate = pool.in_use / 120.0;
    pool.time_wait_rate = pool.in_use / 120.0;
    pool.hold_time = absl::Milliseconds(20);
  }
  return sample;
}

struct Bench {
  TimedControlStore control;
  TimedHistoryWriter history;
  std::vector<std::shared_ptr<CountingSession>> sessions;
  int64_t round = 0;
};

double MicrosecondsEach(absl::Duration total, int64_t reports) {
  return absl::ToDoubleMicroseconds(total) / static_cast<double>(reports);
}

// CPU and wall time per report when `batch` reports are there at each turn.
void Measure(EngineCore& core, Bench& bench, int batch, int busy) {
  const LinuxClock clock;
  absl::Duration cpu;
  absl::Duration wall;
  int64_t reports = 0;
  bench.control.cpu = bench.history.cpu = absl::ZeroDuration();
  for (int i = 0; i < kRounds; ++i, ++bench.round) {
    for (int first = 0; first < kHosts; first += batch) {
      for (int host = first; host < first + batch && host < kHosts; ++host) {
        auto sample =
            std::make_shared<const HostSample>(Report(host, bench.round, busy, clock.SystemNow()));
        if (!core.queue().OfferSample({bench.sessions[static_cast<size_t>(host)], sample})) {
          std::abort();
        }
        ++reports;
      }
      const absl::Duration cpu_before = clock.ThreadCpuNow();
      const absl::Duration wall_before = clock.MonotonicNow();
      core.RunTurn();
      cpu += clock.ThreadCpuNow() - cpu_before;
      wall += clock.MonotonicNow() - wall_before;
    }
  }
  std::printf(
      "engine: %4d reports a turn, %2d busy pools: CPU %6.1f us a report (history %.1f, control "
      "%.1f), wall %.1f us\n",
      batch, busy, MicrosecondsEach(cpu, reports), MicrosecondsEach(bench.history.cpu, reports),
      MicrosecondsEach(bench.control.cpu, reports), MicrosecondsEach(wall, reports));
}

// A policy of rules, of which every tenth selects the fixture's namespaces.
std::vector<DetectionRule> Rules(int count) {
  std::vector<DetectionRule> rules;
  for (int i = 0; i < count; ++i) {
    DetectionRule rule;
    rule.name = absl::StrCat("rule ", i);
    if (i % 10 != 0) rule.selector = {{"unit", absl::StrCat("unit-", i, ".service")}};
    rule.overrides.critical_time_left = absl::Seconds(20);
    rules.push_back(std::move(rule));
  }
  return rules;
}

// What detection alone costs for a pool whose figures changed, in the mean over many hosts.
void MeasureDetection(int busy, int rule_count) {
  const LinuxClock clock;
  int ids = 0;
  IncidentTracker tracker([&ids](absl::Time) { return absl::StrCat("i", ++ids); });
  tracker.SetRules(Rules(rule_count));
  absl::Duration cpu;
  int64_t incidents = 0;
  const absl::Time start = absl::FromUnixSeconds(1795305600);
  for (int round = 0; round < kRounds; ++round) {
    for (int host = 0; host < kHosts; ++host) {
      const absl::Time now = start + absl::Seconds(10 * round);
      const HostSample sample = Report(host, round, busy, now);
      const std::string host_id = absl::StrCat("host-", host);
      const absl::Duration before = clock.ThreadCpuNow();
      incidents += static_cast<int64_t>(tracker.Observe(host_id, sample, now).size());
      cpu += clock.ThreadCpuNow() - before;
    }
  }
  const double pools = double{kRounds} * kHosts * kPoolsPerReport;
  std::printf(
      "detect: %2d of %d pools busy, %3d policy rules: %.0f ns a changed pool (%lld incidents "
      "told)\n",
      busy, kPoolsPerReport, rule_count, absl::ToDoubleNanoseconds(cpu) / pools,
      static_cast<long long>(incidents));
}

int Run(const std::string& data_dir) {
  absl::StatusOr<Stores> stores = OpenStores(data_dir);
  if (!stores.ok()) {
    std::fprintf(stderr, "%s\n", stores.status().ToString().c_str());
    return 1;
  }
  LinuxClock clock;
  LinuxRandom random;
  Fleet fleet;
  EventBus events;
  Bench bench{TimedControlStore(stores->control.get()),
              TimedHistoryWriter(stores->history_writer.get()),
              {},
              0};
  EngineCore core({&clock, &random, &bench.control, &bench.history, &fleet, &events},
                  EngineOptions{});
  if (!core.Load().ok()) return 1;
  for (int host = 0; host < kHosts; ++host) {
    bench.sessions.push_back(std::make_shared<CountingSession>());
    core.queue().OfferAttach({ObservingHello(absl::StrCat("host-", host)), bench.sessions.back()});
  }
  while (!core.queue().empty()) core.RunTurn();
  std::printf("engine: %d hosts, %d pools a report, bar 100 us a report\n", kHosts,
              kPoolsPerReport);
  // The first reports make the rows of all pools.
  Measure(core, bench, 1000, 3);
  for (int batch : {1, 20, 100}) Measure(core, bench, batch, 3);
  Measure(core, bench, 100, kPoolsPerReport);
  for (int busy : {0, 3, kPoolsPerReport}) MeasureDetection(busy, 0);
  MeasureDetection(3, kDetectionRulesMax);
  int64_t acks = 0;
  for (const auto& session : bench.sessions) acks += session->acks();
  const int64_t reports = bench.round * kHosts;
  std::printf("engine: %lld acks for %lld reports\n", static_cast<long long>(acks),
              static_cast<long long>(reports));
  return acks == reports ? 0 : 1;
}

}  // namespace
}  // namespace berthmaster

int main() {
  char data_dir[] = "/tmp/berthmaster-engine-bench.XXXXXX";
  if (mkdtemp(data_dir) == nullptr) return 1;
  // A thousand hosts that attach would hide the figures.
  if (!berthmaster::SetLogLevel("warning").ok()) return 1;
  const int result = berthmaster::Run(data_dir);
  std::error_code ignored;
  std::filesystem::remove_all(data_dir, ignored);
  return result;
}
