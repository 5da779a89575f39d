#include "controller/detect/incident_tracker.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/forecast/reuse.h"
#include "controller/detect/cause.h"
#include "controller/detect/incident_board.h"
#include "controller/detect/incident_life.h"
#include "controller/detect/netns_evidence.h"
#include "controller/detect/outlook.h"
#include "controller/detect/pool_facts.h"
#include "controller/detect/signal.h"
#include "controller/detect/subject.h"
#include "controller/detect/threshold_policy.h"
#include "controller/detect/thresholds.h"
#include "controller/detect/tracked_host.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

Signal Harmless(const Thresholds& thresholds) {
  Signal signal;
  signal.calm = true;
  signal.calm_time = thresholds.calm_time;
  return signal;
}

}  // namespace

struct IncidentTracker::State {
  // One call of Observe.
  struct Round {
    std::string host_id;
    TrackedHost& host;
    const HostSample& sample;
    absl::Time now;
    // Since the sample before by the host's clock; nothing when the two can not be compared.
    std::optional<absl::Duration> elapsed;
    // No sample between this one and the one before was lost.
    bool consecutive = false;
    // By id, so that each is told once.
    std::map<std::string, OpenIncidentPointer> changed;
  };
  // One namespace of it.
  struct NetnsRound {
    Round& round;
    const NetnsSample& netns;
    const Thresholds& thresholds;
    const NetnsEvidence& evidence;
    std::optional<absl::Duration> interval;
  };
  // What is to be looked at, and as what.
  struct Sight {
    const PoolSample& pool;
    bool is_finding = false;
    bool is_handshakes = false;
    int64_t failures = 0;
    bool matters = false;
  };

  const Thresholds& ThresholdsOf(const Round& round, const NetnsSample& netns,
                                 TrackedNetns& tracked) const {
    return policy->For(round.host_id, netns, tracked.choice);
  }

  void ObserveNetns(Round& round, const NetnsSample& netns);
  void ObservePool(const NetnsRound& in, const PoolSample& pool);
  void MarkSeen(Round& round, const PoolOfHost& pool);
  void ObserveFinding(const NetnsRound& in, const NetnsFinding& finding);
  void ObserveSight(const NetnsRound& in, const Sight& sight);
  void Advance(const NetnsRound& in, const Finding& finding, TrackedPool& tracked);
  void OpenOrJoin(const NetnsRound& in, const Finding& finding, TrackedPool& tracked);
  void ResolveGone(Round& round);
  // After a change of it in `round`.
  void Report(Round& round, const OpenIncidentPointer& incident);
  State(IdMaker make_id, const Thresholds& all)
      : policy(std::make_unique<ThresholdPolicy>(all, std::vector<DetectionRule>(), 0)),
        board(std::move(make_id), all.reopen_time) {}

  std::unique_ptr<ThresholdPolicy> policy;
  absl::flat_hash_map<std::string, TrackedHost> hosts;
  IncidentBoard board;
};

IncidentTracker::IncidentTracker(IdMaker make_id, Thresholds thresholds)
    : state_(std::make_unique<State>(std::move(make_id), thresholds)) {}

IncidentTracker::~IncidentTracker() = default;

void IncidentTracker::SetRules(std::vector<DetectionRule> rules) {
  const ThresholdPolicy& before = *state_->policy;
  state_->policy =
      std::make_unique<ThresholdPolicy>(before.base(), std::move(rules), before.generation() + 1);
}

void IncidentTracker::Restore(std::vector<Incident> active) {
  for (Incident& restored : active) {
    if (!restored.active()) continue;
    auto incident = std::make_shared<OpenIncident>(IncidentLife(std::move(restored)));
    bool holds_pool = false;
    for (const Subject& subject : incident->life.Subjects()) {
      std::unique_ptr<TrackedPool>& tracked = state_->hosts[subject.host_id].pools[subject.pool];
      if (tracked != nullptr) continue;
      tracked = std::make_unique<TrackedPool>();
      tracked->incident = incident;
      holds_pool = true;
    }
    if (holds_pool) state_->board.Add(incident);
  }
}

std::vector<Incident> IncidentTracker::Observe(absl::string_view host_id, const HostSample& sample,
                                               absl::Time now) {
  TrackedHost& host = state_->hosts[host_id];
  bool first = host.count == 0;
  State::Round round{std::string(host_id), host, sample, now, std::nullopt, false, {}};
  round.consecutive = !first && sample.sequence == host.sequence + 1;
  absl::Duration elapsed = sample.sample_time - host.sample_time;
  if (!first && elapsed > absl::ZeroDuration() && elapsed <= kSampleGapMax) {
    round.elapsed = elapsed;
  }
  ++host.count;
  host.sequence = sample.sequence;
  host.sample_time = sample.sample_time;
  for (const NetnsSample& netns : sample.namespaces) state_->ObserveNetns(round, netns);
  state_->ResolveGone(round);
  state_->board.Forget(now);
  std::vector<Incident> changed;
  changed.reserve(round.changed.size());
  for (const auto& [id, incident] : round.changed) changed.push_back(incident->life.Show());
  return changed;
}

PoolHistories IncidentTracker::HistoriesOf(absl::string_view host_id) const {
  PoolHistories histories;
  auto found = state_->hosts.find(host_id);
  if (found == state_->hosts.end()) return histories;
  for (const auto& [id, tracked] : found->second.pools) {
    if (!id.is_finding) histories.emplace(id, tracked->history);
  }
  return histories;
}

void IncidentTracker::State::ObserveNetns(Round& round, const NetnsSample& netns) {
  auto [entry, is_new] = round.host.namespaces.try_emplace(netns.cookie);
  TrackedNetns& tracked = entry->second;
  // A namespace listed twice counts once.
  if (tracked.seen == round.host.count) return;
  std::optional<absl::Duration> interval = round.elapsed;
  // The agent's own measure does not step with the wall clock.
  if (round.consecutive && !is_new && netns.sample_interval.has_value() &&
      *netns.sample_interval > absl::ZeroDuration() && *netns.sample_interval <= kSampleGapMax) {
    interval = netns.sample_interval;
  }
  int64_t overflow_delta =
      is_new ? 0 : std::max<int64_t>(0, netns.time_wait_overflow_count - tracked.overflow_count);
  tracked.overflow_count = netns.time_wait_overflow_count;
  tracked.seen = round.host.count;
  if (interval.has_value() && tracked.since_dump.has_value()) {
    *tracked.since_dump += *interval;
  } else {
    tracked.since_dump.reset();
  }
  const bool is_old = !is_new && netns.dump_number > 0 && netns.dump_number == tracked.dump_number;
  tracked.dump_number = netns.dump_number;
  // Between what the pools of a dump were and what they are.
  std::optional<absl::Duration> dump_interval = tracked.since_dump;
  if (!is_old) tracked.since_dump = absl::ZeroDuration();
  if (dump_interval.has_value() && *dump_interval > kSampleGapMax) dump_interval.reset();

  const Thresholds& limits = ThresholdsOf(round, netns, tracked);
  NetnsEvidence evidence(netns, overflow_delta, limits);
  NetnsRound apart{round, netns, limits, evidence, interval};
  NetnsRound in{round, netns, limits, evidence, dump_interval};
  bool table_seen = false;
  for (const PoolSample& pool : netns.pools) {
    bool table = pool.kind == PoolKind::kTimeWaitTable;
    if (table && std::exchange(table_seen, true)) continue;
    if (!IsOfDump(pool.kind)) {
      ObservePool(apart, pool);
    } else if (is_old && evidence.FailuresOf(pool) == 0) {
      // Those of an earlier sample have been judged then.
      MarkSeen(round, {netns.cookie, pool.id(), false});
    } else {
      ObservePool(is_old ? apart : in, pool);
    }
  }
  if (!table_seen && overflow_delta > 0) ObservePool(in, TableOf(netns));
  for (const NetnsFinding& finding : netns.findings) {
    if (is_old) {
      MarkSeen(round, {netns.cookie, PoolOfFinding(finding).id(), true});
    } else {
      ObserveFinding(in, finding);
    }
  }
}

void IncidentTracker::State::MarkSeen(Round& round, const PoolOfHost& pool) {
  if (round.host.pools.empty()) return;
  auto found = round.host.pools.find(pool);
  if (found != round.host.pools.end()) found->second->seen = round.host.count;
}

void IncidentTracker::State::ObservePool(const NetnsRound& in, const PoolSample& pool) {
  int64_t failures = in.evidence.FailuresOf(pool);
  std::optional<PoolSample> handshakes = HandshakesOf(pool);
  const PoolSample& seen = handshakes.has_value() ? *handshakes : pool;
  bool matters = failures > 0 || (seen.in_use > 0 && seen.capacity >= 0 &&
                                  seen.utilization() >= in.thresholds.track_utilization_min);
  if (!matters && in.round.host.pools.empty()) return;
  // Ports that nobody asks bind(0) for cannot run out: all TIME_WAIT of a loopback pool that is
  // reused all the time is in the way of such a bind() only.
  if (matters && pool.kind == PoolKind::kBind) matters = in.evidence.HasBinders(pool);
  ObserveSight(in, {seen, false, handshakes.has_value(), failures, matters});
}

void IncidentTracker::State::ObserveFinding(const NetnsRound& in, const NetnsFinding& finding) {
  if (finding.kind != FindingKind::kRestartBlocked) return;
  ObserveSight(in, {PoolOfFinding(finding), true, false, 0, true});
}

void IncidentTracker::State::ObserveSight(const NetnsRound& in, const Sight& sight) {
  Round& round = in.round;
  const PoolSample& pool = sight.pool;
  auto& pools = round.host.pools;
  PoolOfHost id{in.netns.cookie, pool.id(), sight.is_finding};
  auto found = pools.find(id);
  bool was_empty = false;
  if (found == pools.end()) {
    if (!sight.matters || pools.size() >= kTrackedPoolsMax) return;
    found = pools.emplace(id, std::make_unique<TrackedPool>()).first;
    // It was not there, or below what matters, unless there is no sample before.
    was_empty = in.interval.has_value();
  }
  TrackedPool& tracked = *found->second;
  // A pool listed twice counts once.
  if (tracked.seen == round.host.count) return;
  tracked.seen = round.host.count;
  const std::optional<absl::Duration> interval =
      tracked.ReadInterval(pool, in.interval, sight.failures > 0);
  if (in.interval.has_value() && !interval.has_value()) return;

  PoolFacts facts{pool,
                  tracked.window,
                  in.evidence,
                  in.thresholds,
                  sight.is_handshakes,
                  sight.is_finding,
                  sight.failures,
                  interval.value_or(absl::ZeroDuration()),
                  round.now,
                  {}};
  tracked.window.AddInflow(pool, interval, was_empty, in.thresholds);
  tracked.load.Add(pool, interval);
  tracked.history = tracked.load.history();
  if (HasRates(pool.kind)) {
    facts.outcome = Foretell(pool, ReuseDelay(in.netns.sysctls, pool.key), tracked.history);
  } else if (!sight.is_finding) {
    facts.outcome =
        ForetellGrowth(pool, tracked.window, ConntrackTimeWait(in.netns.sysctls), in.thresholds);
  }
  tracked.window.Add(pool, {interval, was_empty, facts.outcome.exhausting(), sight.failures > 0},
                     in.thresholds);
  Signal signal = Judge(facts);
  // A bind pool whose binders are gone hurts nobody, however full it is.
  if (pool.kind == PoolKind::kBind && !sight.matters) signal = Harmless(in.thresholds);
  Subject subject{round.host_id, id};
  Advance(in, {subject, facts, signal}, tracked);
  if (!sight.matters && !board.Matters(tracked.incident, round.now)) pools.erase(id);
}

void IncidentTracker::State::Advance(const NetnsRound& in, const Finding& finding,
                                     TrackedPool& tracked) {
  const absl::Time now = in.round.now;
  if (finding.signal.suspicious) {
    bool goes_on = tracked.sign.has_value() && absl::AbsDuration(now - tracked.suspicious_at) <=
                                                   in.thresholds.run_lapse + finding.facts.interval;
    if (!goes_on) {
      const PoolSample& pool = finding.facts.pool;
      tracked.sign = {now, pool.in_use - pool.reusable, pool.capacity,
                      finding.facts.outcome.time_to_exhaustion};
    }
    tracked.suspicious_at = now;
  }
  OpenIncidentPointer incident = tracked.incident;
  if (incident != nullptr && incident->life.incident().active() &&
      incident->life.Has(finding.subject)) {
    if (incident->life.Update(finding)) Report(in.round, incident);
    return;
  }
  if (incident != nullptr && !board.Matters(incident, now)) {
    if (!incident->life.incident().active() && !incident->quiet_until.has_value()) {
      tracked.resolved_at = incident->life.incident().resolve_time;
      tracked.returns = incident->life.returns();
    }
    tracked.incident.reset();
  }
  if (!finding.signal.problem) return;
  if (tracked.incident != nullptr && tracked.incident->quiet_until.has_value()) return;
  OpenOrJoin(in, finding, tracked);
}

void IncidentTracker::State::OpenOrJoin(const NetnsRound& in, const Finding& finding,
                                        TrackedPool& tracked) {
  const PoolSample& pool = finding.facts.pool;
  IncidentMember member;
  member.host_id = in.round.host_id;
  member.netns_cookie = in.netns.cookie;
  member.netns_inode = in.netns.inode;
  member.netns_label = in.netns.label;
  member.labels = in.netns.labels;
  member.pool_name = PoolName(in.round.host_id, in.netns.cookie, pool);
  member.pool_kind = pool.kind;
  member.key = pool.key;
  int returns = 0;
  if (tracked.resolved_at.has_value() &&
      in.round.now - *tracked.resolved_at <= in.thresholds.return_memory) {
    returns = tracked.returns + 1;
  }
  tracked.incident = board.Take(
      {{finding.subject, ClassifyCause(finding.facts), OwnerOf(pool), WorkloadOf(in.netns)},
       finding,
       std::move(member),
       tracked.sign,
       returns},
      tracked.incident);
  Report(in.round, tracked.incident);
}

void IncidentTracker::State::Report(Round& round, const OpenIncidentPointer& incident) {
  board.Note(incident);
  round.changed[incident->life.incident().id] = incident;
}

void IncidentTracker::State::ResolveGone(Round& round) {
  absl::flat_hash_set<uint64_t> unreadable;
  for (const NetnsSample& netns : round.sample.namespaces) {
    if (!netns.limitations.empty()) unreadable.insert(netns.cookie);
  }
  auto& pools = round.host.pools;
  // Ordered: who leaves first decides what the incident says.
  std::map<PoolOfHost, absl::string_view> gone;
  for (const auto& [id, tracked] : pools) {
    int64_t missed = round.host.count - tracked->seen;
    if (missed == 0) continue;
    auto netns = round.host.namespaces.find(id.netns_cookie);
    bool netns_seen =
        netns != round.host.namespaces.end() && netns->second.seen == round.host.count;
    bool doubtful =
        netns_seen ? unreadable.contains(id.netns_cookie) : !round.sample.limitations.empty();
    if (doubtful && missed < kUnreadableSamples) continue;
    gone.emplace(id, netns_seen ? GoneText(id) : "the network namespace is gone");
  }
  for (const auto& [id, reason] : gone) {
    TrackedPool& tracked = *pools[id];
    OpenIncidentPointer incident = tracked.incident;
    Subject subject{round.host_id, id};
    if (incident != nullptr && incident->life.incident().active() && incident->life.Has(subject)) {
      incident->life.Leave(subject, reason, round.now);
      Report(round, incident);
    }
    tracked.window = PoolWindow();
    tracked.load = LoadTracker();
    tracked.history = LoadHistory();
    tracked.sign.reset();
    if (!board.Matters(incident, round.now)) pools.erase(id);
  }
  auto& namespaces = round.host.namespaces;
  for (auto next = namespaces.begin(); next != namespaces.end();) {
    auto entry = next++;
    if (entry->second.seen + kUnreadableSamples <= round.host.count) namespaces.erase(entry);
  }
}

namespace {

absl::Status NotActive(absl::string_view id) {
  return absl::NotFoundError(
      absl::StrCat("there is no active incident '", id, "'; list the incidents that are"));
}

}  // namespace

absl::StatusOr<Incident> IncidentTracker::Acknowledge(absl::string_view id, absl::string_view who,
                                                      absl::Time now) {
  OpenIncidentPointer incident = state_->board.FindActive(id);
  if (incident == nullptr) return NotActive(id);
  incident->life.Acknowledge(who, now);
  return incident->life.Show();
}

absl::StatusOr<Incident> IncidentTracker::Resolve(absl::string_view id, absl::string_view who,
                                                  absl::string_view reason, absl::Time now) {
  OpenIncidentPointer incident = state_->board.FindActive(id);
  if (incident == nullptr) return NotActive(id);
  // What comes back after a person's verdict is a new incident.
  state_->board.ResolveForGood(incident, absl::StrCat("by ", who, ": ", reason), now);
  return incident->life.Show();
}

absl::StatusOr<Incident> IncidentTracker::SetMuting(absl::string_view id,
                                                    const std::optional<Muting>& muting,
                                                    absl::string_view text, absl::Time now) {
  OpenIncidentPointer incident = state_->board.FindActive(id);
  if (incident == nullptr) return NotActive(id);
  incident->life.SetMuting(muting, text, now);
  return incident->life.Show();
}

absl::StatusOr<Incident> IncidentTracker::AddTimelineEntry(absl::string_view id,
                                                           absl::string_view text, absl::Time now) {
  OpenIncidentPointer incident = state_->board.FindActive(id);
  if (incident == nullptr) return NotActive(id);
  incident->life.AddTimelineEntry(text, now);
  return incident->life.Show();
}

}  // namespace berthmaster
