#include "tests/remedies/remedy_run.h"

#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/host_readers.h"
#include "controller/detect/netns_evidence.h"
#include "controller/model/names.h"
#include "controller/recommend/recommend.h"
#include "tests/kernel/sampling.h"

namespace berthmaster {
namespace {

// The agent's pace near a limit.
constexpr absl::Duration kSampleInterval = absl::Seconds(1);
// From then on a forecast is held to its error; an incident may come earlier, from a rate of two or
// three seconds, and its recommendation is revised until somebody decides.
constexpr absl::Duration kSteadyAfter = absl::Seconds(10);
// TIME_WAIT ends in batches of 2.048 s (HZ=250): four of them.
constexpr int kSamplesMeasured = 8;

bool IsPool(const PoolSample& pool, PoolKind kind, const PoolKey& key) {
  return pool.kind == kind && (kind == PoolKind::kTimeWaitTable || pool.key == key);
}

const PoolSample* Find(const std::vector<PoolSample>& pools, PoolKind kind, const PoolKey& key) {
  auto found = std::find_if(pools.begin(), pools.end(),
                            [&](const PoolSample& pool) { return IsPool(pool, kind, key); });
  return found == pools.end() ? nullptr : &*found;
}

// As the engine finds the pool of an incident in a sample.
std::optional<PoolSample> PoolOf(const Incident& incident, const NetnsSample& netns) {
  if (incident.cause == IncidentCause::kRestartBlocked) {
    for (const NetnsFinding& finding : netns.findings) {
      if (finding.kind == FindingKind::kRestartBlocked &&
          finding.port == incident.key.destination_port) {
        return PoolOfFinding(finding);
      }
    }
    return std::nullopt;
  }
  const PoolSample* pool = Find(netns.pools, incident.pool_kind, incident.key);
  if (pool == nullptr) return std::nullopt;
  return *pool;
}

void Add(const PoolSample* pool, RemedyResult::Figure& figure) {
  // A pool that is empty is not in the sample.
  const double utilization = pool == nullptr ? 0 : pool->utilization();
  if (pool != nullptr) figure.capacity = pool->capacity;
  const double before = figure.sample_count++;
  figure.utilization = (figure.utilization * before + utilization) / (before + 1);
  figure.utilization_min = before > 0 ? std::min(figure.utilization_min, utilization) : utilization;
  figure.utilization_max = std::max(figure.utilization_max, utilization);
}

}  // namespace

struct RemedyRun::Act {
  explicit Act(int number) : stage(number) {}

  RemedyStage stage;
  const RemedyCase* played = nullptr;
  RemedyResult* result = nullptr;
  std::unique_ptr<IncidentTracker> tracker;
  int64_t sequence = 0;
  int64_t next_id = 0;
  absl::Duration start;
  std::optional<Incident> incident;
  std::optional<int64_t> counted_before;
};

RemedyRun::RemedyRun(std::vector<RemedyCase> cases)
    : cases_(std::move(cases)), results_(cases_.size()) {}

RemedyRun::~RemedyRun() = default;

void RemedyRun::Play(absl::Duration time_max) {
  LinuxHostSamplerOptions options;
  const HostReaders readers = MakeHostReaders(AgentProfile::kObserve);
  options.readers = readers.ForSampler();
  for (size_t index = 0; index < cases_.size(); ++index) {
    auto act = std::make_unique<Act>(static_cast<int>(index) + 10);
    act->played = &cases_[index];
    act->result = &results_[index];
    act->tracker = std::make_unique<IncidentTracker>(
        [raw = act.get()](absl::Time) { return absl::StrCat("i", ++raw->next_id); });
    act->start = clock_.MonotonicNow();
    act->played->start(act->stage);
    for (const std::string& name : act->stage.names()) options.netns_filter.push_back(name);
    acts_.push_back(std::move(act));
  }
  auto sampler = MakeLinuxHostSampler(options, clock_);
  const absl::Duration start = clock_.MonotonicNow();
  for (int64_t number = 0;; ++number) {
    const absl::Duration now = clock_.MonotonicNow();
    const bool is_done = std::all_of(results_.begin(), results_.end(),
                                     [](const RemedyResult& result) { return result.is_done; });
    if (is_done || now - start > time_max) break;
    for (auto& act : acts_) act->stage.RunDue(now - act->start);
    // Once everything is decided, only what is measured is looked at.
    if (std::any_of(results_.begin(), results_.end(),
                    [](const RemedyResult& one) { return !one.recommendation.has_value(); })) {
      Observe(sampler->Sample().value());
    }
    for (auto& act : acts_) Measure(*act, readers.ForSampler());
    const timespec wait = absl::ToTimespec(std::max(
        start + (number + 1) * kSampleInterval - clock_.MonotonicNow(), absl::ZeroDuration()));
    ppoll(nullptr, 0, &wait, nullptr);
  }
  // A namespace may not go before what looks at it.
  sampler.reset();
  acts_.clear();
}

void RemedyRun::Observe(const HostSample& sample) {
  for (const NetnsSample& netns : sample.namespaces) {
    auto found = std::find_if(acts_.begin(), acts_.end(),
                              [&](const auto& act) { return act->stage.cookie() == netns.cookie; });
    if (found == acts_.end() || (*found)->result->recommendation.has_value()) continue;
    Act& act = **found;
    HostSample host;
    host.sequence = ++act.sequence;
    host.sample_time = sample.sample_time;
    host.namespaces.push_back(netns);
    for (Incident& incident : act.tracker->Observe(act.played->name, host, clock_.SystemNow())) {
      if (incident.active()) act.incident = std::move(incident);
    }
    const bool is_steady = clock_.MonotonicNow() - act.start >= kSteadyAfter;
    if (act.incident.has_value() && is_steady) Decide(act, *act.incident, netns);
  }
}

void RemedyRun::Decide(Act& act, const Incident& incident, const NetnsSample& netns) {
  RemedyResult& result = *act.result;
  result.incident = absl::StrCat(CauseText(incident.cause), ": ", incident.summary);
  const std::optional<PoolSample> pool = PoolOf(incident, netns);
  if (!pool.has_value()) return;
  if (act.played->ask != nullptr) {
    result.recommendation = act.played->ask(netns, *pool);
  } else {
    for (Recommendation& one : Recommend(incident, netns, *pool, clock_.SystemNow())) {
      if (one.kind != act.played->kind) continue;
      result.recommendation = std::move(one);
      break;
    }
  }
  if (!result.recommendation.has_value()) return;
  const Recommendation& recommendation = *result.recommendation;
  result.failures_before = act.stage.failure_count();
  result.apply_time = clock_.MonotonicNow() - act.start;
  result.applied = act.played->apply != nullptr ? act.played->apply(act.stage, recommendation)
                                                : WriteChanges(act.stage, recommendation);
  const Outlook& after = recommendation.what_if.after;
  std::vector<Promise> promises;
  if (act.played->promises != nullptr) {
    promises = act.played->promises(act.stage, recommendation);
  } else {
    promises.push_back(
        {incident.pool_kind, incident.key, after.settled_utilization, after.capacity});
  }
  for (const Promise& promise : promises) {
    PoolSample named;
    named.kind = promise.kind;
    named.key = promise.key;
    RemedyResult::Figure figure;
    figure.pool = PoolName("", 0, named);
    figure.promise = promise;
    result.figures.push_back(std::move(figure));
  }
}

void RemedyRun::Measure(Act& act, const LinuxHostSamplerReaders& readers) {
  RemedyResult& result = *act.result;
  if (result.is_done || !result.recommendation.has_value()) return;
  const absl::Duration since = clock_.MonotonicNow() - act.start - result.apply_time;
  const bool is_settled = since >= act.played->settle_time;
  if (!is_settled && act.counted_before.has_value()) return;
  // By a sampler of its own: the one that watches reads a namespace rarely once it is out of
  // danger.
  const NetnsSample netns = NetnsView(act.stage.judged(), readers).Sample();
  // The first sample has all that was ever counted.
  int64_t counted = 0;
  for (const std::string& counter : act.played->quiet_counters) {
    auto found = netns.counters.find(counter);
    if (found != netns.counters.end()) counted += found->second;
  }
  if (!act.counted_before.has_value()) act.counted_before = counted;
  result.counter_rise = counted - *act.counted_before;
  if (!is_settled) return;
  const std::vector<PoolSample> pools =
      act.played->look != nullptr ? act.played->look(act.stage) : netns.pools;
  for (RemedyResult::Figure& figure : result.figures) {
    Add(Find(pools, figure.promise.kind, figure.promise.key), figure);
  }
  if (++result.sample_count == kSamplesMeasured) Finish(act);
}

void RemedyRun::Finish(Act& act) {
  act.result->failures_after = act.stage.failure_count() - act.result->failures_before;
  if (act.played->check != nullptr) act.played->check(act.stage);
  act.result->is_done = true;
}

}  // namespace berthmaster
