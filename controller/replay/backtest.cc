#include "controller/replay/backtest.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

// The exhaustion that the incident was about: the first that came while it was active, or the one
// that it was found in.
std::optional<Exhaustion> ExhaustionOf(const IncidentReport& incident, const PoolReport& pool) {
  const absl::Time opened = incident.opened.open_time;
  std::optional<Exhaustion> found;
  for (const Exhaustion& exhaustion : pool.exhaustions) {
    if (incident.last.resolve_time.has_value() && exhaustion.after > *incident.last.resolve_time) {
      break;
    }
    if (exhaustion.until > opened) return exhaustion;
    // It opened at this one or later, and no other came.
    if (incident.opened.time_to_exhaustion == absl::ZeroDuration()) found = exhaustion;
  }
  return found;
}

}  // namespace

Backtest::Backtest()
    : tracker_([this](absl::Time) { return absl::StrFormat("%06d", ++incident_number_); }) {}

void Backtest::Feed(absl::string_view host_id, const HostSample& sample) {
  ++sample_count_;
  start_time_ = std::min(start_time_, sample.sample_time);
  end_time_ = std::max(end_time_, sample.sample_time);
  HostTrack& host = hosts_[std::string(host_id)];
  for (const Incident& incident : tracker_.Observe(host_id, sample, sample.sample_time)) {
    Note(incident);
  }
  const PoolHistories histories = tracker_.HistoriesOf(host_id);
  for (const NetnsSample& netns : sample.namespaces) {
    FeedNetns(host_id, host, netns, histories, sample.sample_time);
  }
}

void Backtest::FeedNetns(absl::string_view host_id, HostTrack& host, const NetnsSample& netns,
                         const PoolHistories& histories, absl::Time now) {
  std::optional<absl::Time> before;
  const NetnsTrack newest = {netns.time_wait_overflow_count, now};
  const auto [track, is_new] = host.namespaces.try_emplace(netns.cookie, newest);
  const bool is_overflowing = netns.time_wait_overflow_count > track->second.overflow_count;
  if (!is_new) before = track->second.sample_time;
  track->second = newest;
  std::set<PoolId> seen;
  for (const PoolSample& pool : netns.pools) {
    const PoolOfHost id{netns.cookie, pool.id()};
    auto found = host.pools.find(id);
    if (found == host.pools.end()) {
      if (pool.in_use <= 0 || pool.utilization() < kJudgedUtilizationMin) continue;
      if (pool_count_ >= kJudgedPoolsMax) {
        ++unjudged_pool_samples_;
        continue;
      }
      ++pool_count_;
      found = host.pools
                  .emplace(id, std::make_unique<PoolTrack>(std::string(host_id),
                                                           PoolName(host_id, netns.cookie, pool),
                                                           pool.id(), before))
                  .first;
    }
    // A pool listed twice counts once.
    if (!seen.insert(pool.id()).second) continue;
    found->second->Add(netns.label, pool, now,
                       is_overflowing && pool.kind == PoolKind::kTimeWaitTable);
    auto history = histories.find(PoolOfHost{netns.cookie, pool.id()});
    found->second->Expect(
        MakeForecast(pool, netns.sysctls, history == histories.end() ? nullptr : &history->second));
  }
  // What a sample has no room for is in the remainder, and what could not be read is not known.
  if (netns.remainder.has_value() || !netns.limitations.empty()) return;
  for (auto next = host.pools.lower_bound({netns.cookie, PoolId{PoolKind{}, {}}});
       next != host.pools.end() && next->first.netns_cookie == netns.cookie; ++next) {
    if (!seen.contains(next->first.pool)) next->second->AddEmpty(now);
  }
}

void Backtest::Note(const Incident& incident) {
  auto found = incidents_.find(incident.id);
  if (found == incidents_.end()) {
    if (incidents_.size() >= kReportedIncidentsMax) {
      ++unreported_incidents_;
      return;
    }
    found = incidents_.emplace(incident.id, IncidentReport{}).first;
    found->second.opened = incident;
    found->second.last = incident;
  }
  IncidentReport& report = found->second;
  if (!report.last.active() && incident.active()) ++report.reopen_count;
  report.severity_max = std::max(report.severity_max, incident.severity);
  report.last = incident;
}

BacktestReport Backtest::Report() const {
  BacktestReport report;
  report.sample_count = sample_count_;
  if (sample_count_ > 0) {
    report.start_time = start_time_;
    report.end_time = end_time_;
  }
  std::map<std::string, PoolReport> by_name;
  for (const auto& [host_id, host] : hosts_) {
    report.host_ids.push_back(host_id);
    for (const auto& [id, track] : host.pools) {
      PoolReport pool = track->Report();
      by_name.emplace(pool.pool_name, pool);
      report.pools.push_back(std::move(pool));
    }
  }
  std::stable_sort(report.pools.begin(), report.pools.end(),
                   [](const PoolReport& a, const PoolReport& b) {
                     return a.utilization_max > b.utilization_max;
                   });
  for (const auto& entry : incidents_) {
    IncidentReport& incident = report.incidents.emplace_back(entry.second);
    const auto pool = by_name.find(incident.opened.pool_name);
    if (pool != by_name.end()) incident.exhaustion = ExhaustionOf(incident, pool->second);
  }
  if (unjudged_pool_samples_ > 0) {
    report.notes.push_back(absl::StrCat("more than ", kJudgedPoolsMax,
                                        " pools: ", unjudged_pool_samples_,
                                        " samples of the others have no forecast here"));
  }
  if (unreported_incidents_ > 0) {
    report.notes.push_back(absl::StrCat(unreported_incidents_, " changes of incidents beyond the ",
                                        kReportedIncidentsMax, " that are listed"));
  }
  return report;
}

}  // namespace berthmaster
