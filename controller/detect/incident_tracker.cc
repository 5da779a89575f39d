#include "controller/detect/incident_tracker.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/forecast/reuse.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/cause.h"
#include "controller/detect/incident_life.h"
#include "controller/detect/pool_window.h"
#include "controller/detect/signal.h"
#include "controller/detect/thresholds.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

// A pool among those of a host: the netns cookie, and which of its pools.
using PoolOfHost = std::pair<uint64_t, PoolId>;

struct TrackedPool {
  PoolWindow window;
  // The incident that is active, or was until kReopenTime ago.
  std::optional<IncidentLife> life;
  absl::Time quiet_until = absl::InfinitePast();
  // The observation it was last seen in.
  int64_t seen = 0;

  bool active() const { return life.has_value() && life->incident().active(); }
};

struct TrackedNetns {
  int64_t overflow_count = 0;
  int64_t seen = 0;
  int64_t dump_number = 0;
  // From the sample whose pools were new to the last one; nothing where they cannot be compared.
  std::optional<absl::Duration> since_dump = absl::ZeroDuration();
};

struct TrackedHost {
  // Observations so far.
  int64_t count = 0;
  int64_t sequence = 0;
  absl::Time sample_time;
  absl::flat_hash_map<uint64_t, TrackedNetns> namespaces;
  // Only pools that could matter: see thresholds.h.
  absl::flat_hash_map<PoolOfHost, std::unique_ptr<TrackedPool>> pools;
};

struct IncidentPlace {
  std::string host_id;
  PoolOfHost pool;
};

// The TIME_WAIT table of a namespace whose sample does not list it.
PoolSample TableOf(const NetnsSample& netns) {
  PoolSample table;
  table.kind = PoolKind::kTimeWaitTable;
  table.in_use = netns.time_wait;
  auto limit = netns.sysctls.find(std::string(kTimeWaitBucketsSysctl));
  if (limit == netns.sysctls.end() || !absl::SimpleAtoi(limit->second, &table.capacity)) {
    table.capacity = netns.time_wait;
  }
  return table;
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
    std::vector<Incident> changed;
  };

  void ObserveNetns(Round& round, const NetnsSample& netns);
  void MarkSeen(Round& round, const NetnsSample& netns);
  void ObservePool(Round& round, const NetnsSample& netns, const PoolSample& pool,
                   int64_t overflow_delta, std::optional<absl::Duration> interval);
  void Advance(Round& round, const NetnsSample& netns, const PoolSample& pool, TrackedPool& tracked,
               const PoolFacts& facts);
  void Report(Round& round, const TrackedPool& tracked, const PoolOfHost& pool);
  void ResolveGone(Round& round);

  TrackedPool* FindActive(absl::string_view id, IncidentPlace* place);

  IdMaker make_id;
  absl::flat_hash_map<std::string, TrackedHost> hosts;
  // Where each active incident is.
  absl::flat_hash_map<std::string, IncidentPlace> places;
};

IncidentTracker::IncidentTracker(IdMaker make_id) : state_(std::make_unique<State>()) {
  state_->make_id = std::move(make_id);
}

IncidentTracker::~IncidentTracker() = default;

void IncidentTracker::Restore(std::vector<Incident> active) {
  for (Incident& incident : active) {
    if (!incident.active()) continue;
    PoolOfHost pool{incident.netns_cookie, {incident.pool_kind, incident.key}};
    TrackedHost& host = state_->hosts[incident.host_id];
    std::unique_ptr<TrackedPool>& tracked = host.pools[pool];
    if (tracked != nullptr) continue;
    tracked = std::make_unique<TrackedPool>();
    state_->places[incident.id] = {incident.host_id, pool};
    tracked->life.emplace(std::move(incident));
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
  std::sort(round.changed.begin(), round.changed.end(),
            [](const Incident& a, const Incident& b) { return a.id < b.id; });
  return std::move(round.changed);
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
  if (is_old && overflow_delta == 0) {
    MarkSeen(round, netns);
    return;
  }
  // Between what the pools were and what they are.
  interval = std::exchange(tracked.since_dump, absl::ZeroDuration());
  if (interval.has_value() && *interval > kSampleGapMax) interval.reset();

  bool table_seen = false;
  for (const PoolSample& pool : netns.pools) {
    bool table = pool.kind == PoolKind::kTimeWaitTable;
    if (table && std::exchange(table_seen, true)) continue;
    ObservePool(round, netns, pool, table ? overflow_delta : 0, interval);
  }
  if (!table_seen && overflow_delta > 0) {
    ObservePool(round, netns, TableOf(netns), overflow_delta, interval);
  }
}

// The pools are those of an earlier sample, which have been judged then.
void IncidentTracker::State::MarkSeen(Round& round, const NetnsSample& netns) {
  for (const PoolSample& pool : netns.pools) {
    auto found = round.host.pools.find({netns.cookie, pool.id()});
    if (found != round.host.pools.end()) found->second->seen = round.host.count;
  }
}

void IncidentTracker::State::ObservePool(Round& round, const NetnsSample& netns,
                                         const PoolSample& pool, int64_t overflow_delta,
                                         std::optional<absl::Duration> interval) {
  // The kinds that the signals know.
  if (pool.kind != PoolKind::kConnect && pool.kind != PoolKind::kTimeWaitTable) return;
  bool matters = overflow_delta > 0 || (pool.in_use > 0 && pool.capacity >= 0 &&
                                        pool.utilization() >= kTrackUtilizationMin);
  auto& pools = round.host.pools;
  if (!matters && pools.empty()) return;
  PoolOfHost id{netns.cookie, pool.id()};
  auto found = pools.find(id);
  bool was_empty = false;
  if (found == pools.end()) {
    if (!matters || pools.size() >= kTrackedPoolsMax) return;
    found = pools.emplace(id, std::make_unique<TrackedPool>()).first;
    // It was not there, or below what matters, unless there is no sample before.
    was_empty = interval.has_value();
  }
  TrackedPool& tracked = *found->second;
  // A pool listed twice counts once.
  if (tracked.seen == round.host.count) return;
  tracked.seen = round.host.count;

  PoolFacts facts{pool,     tracked.window, Foretell(pool, ReuseDelay(netns.sysctls, pool.key)),
                  {},       overflow_delta, interval.value_or(absl::ZeroDuration()),
                  round.now};
  tracked.window.Add(pool, {interval, was_empty, facts.outcome.exhausting()});
  facts.signal = Judge(pool, tracked.window, facts.outcome, overflow_delta);
  Advance(round, netns, pool, tracked, facts);

  bool remembered = tracked.life.has_value() || round.now < tracked.quiet_until;
  if (!matters && !remembered) pools.erase(id);
}

void IncidentTracker::State::Advance(Round& round, const NetnsSample& netns, const PoolSample& pool,
                                     TrackedPool& tracked, const PoolFacts& facts) {
  PoolOfHost id{netns.cookie, pool.id()};
  if (tracked.active()) {
    if (tracked.life->Update(facts)) Report(round, tracked, id);
    return;
  }
  if (tracked.life.has_value() &&
      round.now - *tracked.life->incident().resolve_time > kReopenTime) {
    tracked.life.reset();
  }
  if (!facts.signal.problem || round.now < tracked.quiet_until) return;
  if (tracked.life.has_value()) {
    tracked.life->Reopen(facts);
  } else {
    Incident incident;
    incident.id = make_id(round.now);
    incident.host_id = round.host_id;
    incident.netns_cookie = netns.cookie;
    incident.netns_inode = netns.inode;
    incident.netns_label = netns.label;
    incident.pool_name = PoolName(round.host_id, netns.cookie, pool);
    incident.pool_kind = pool.kind;
    incident.key = pool.key;
    tracked.life.emplace(std::move(incident), facts);
  }
  Report(round, tracked, id);
}

void IncidentTracker::State::Report(Round& round, const TrackedPool& tracked,
                                    const PoolOfHost& pool) {
  const Incident& incident = tracked.life->incident();
  if (incident.active()) {
    places[incident.id] = {round.host_id, pool};
  } else {
    places.erase(incident.id);
  }
  round.changed.push_back(incident);
}

void IncidentTracker::State::ResolveGone(Round& round) {
  absl::flat_hash_set<uint64_t> unreadable;
  for (const NetnsSample& netns : round.sample.namespaces) {
    if (!netns.limitations.empty()) unreadable.insert(netns.cookie);
  }
  auto& pools = round.host.pools;
  for (auto next = pools.begin(); next != pools.end();) {
    auto entry = next++;
    TrackedPool& tracked = *entry->second;
    int64_t missed = round.host.count - tracked.seen;
    if (missed == 0) continue;
    uint64_t cookie = entry->first.first;
    auto netns = round.host.namespaces.find(cookie);
    bool netns_seen =
        netns != round.host.namespaces.end() && netns->second.seen == round.host.count;
    bool doubtful = netns_seen ? unreadable.contains(cookie) : !round.sample.limitations.empty();
    if (doubtful && missed < kUnreadableSamples) continue;
    if (tracked.active()) {
      tracked.life->Resolve(
          netns_seen ? "the pool has no sockets any more" : "the network namespace is gone",
          round.now);
      Report(round, tracked, entry->first);
    }
    tracked.window = PoolWindow();
    bool reopens = tracked.life.has_value() &&
                   round.now - *tracked.life->incident().resolve_time <= kReopenTime;
    if (!reopens && round.now >= tracked.quiet_until) pools.erase(entry);
  }
  auto& namespaces = round.host.namespaces;
  for (auto next = namespaces.begin(); next != namespaces.end();) {
    auto entry = next++;
    if (entry->second.seen + kUnreadableSamples <= round.host.count) namespaces.erase(entry);
  }
}

TrackedPool* IncidentTracker::State::FindActive(absl::string_view id, IncidentPlace* place) {
  auto found = places.find(id);
  if (found == places.end()) return nullptr;
  *place = found->second;
  return hosts[place->host_id].pools[place->pool].get();
}

namespace {

absl::Status NotActive(absl::string_view id) {
  return absl::NotFoundError(
      absl::StrCat("there is no active incident '", id, "'; list the incidents that are"));
}

}  // namespace

absl::StatusOr<Incident> IncidentTracker::Acknowledge(absl::string_view id, absl::string_view who,
                                                      absl::Time now) {
  IncidentPlace place;
  TrackedPool* tracked = state_->FindActive(id, &place);
  if (tracked == nullptr) return NotActive(id);
  tracked->life->Acknowledge(who, now);
  return tracked->life->incident();
}

absl::StatusOr<Incident> IncidentTracker::Resolve(absl::string_view id, absl::string_view who,
                                                  absl::string_view reason, absl::Time now) {
  IncidentPlace place;
  TrackedPool* tracked = state_->FindActive(id, &place);
  if (tracked == nullptr) return NotActive(id);
  tracked->life->Resolve(absl::StrCat("by ", who, ": ", reason), now);
  Incident resolved = tracked->life->incident();
  // What comes back after a person's verdict is a new incident.
  tracked->life.reset();
  tracked->quiet_until = now + kReopenTime;
  state_->places.erase(resolved.id);
  return resolved;
}

absl::StatusOr<Incident> IncidentTracker::AddTimelineEntry(absl::string_view id,
                                                           absl::string_view text, absl::Time now) {
  IncidentPlace place;
  TrackedPool* tracked = state_->FindActive(id, &place);
  if (tracked == nullptr) return NotActive(id);
  tracked->life->AddTimelineEntry(text, now);
  return tracked->life->incident();
}

}  // namespace berthmaster
