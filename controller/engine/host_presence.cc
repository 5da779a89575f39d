#include "controller/engine/host_presence.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/log/log.h"

namespace berthmaster {
namespace {

// A longer interval than this is not believed: it would hide a host that is gone.
constexpr absl::Duration kSampleIntervalMax = absl::Minutes(10);
// Begins the limitation that this class itself writes, so that it can be taken back.
constexpr absl::string_view kClockLimitation = "clock: ";

absl::Duration IntervalOf(const HostSample& sample) {
  absl::Duration interval;
  for (const NetnsSample& netns : sample.namespaces) {
    interval = std::max(interval, netns.sample_interval.value_or(absl::ZeroDuration()));
  }
  return std::min(interval, kSampleIntervalMax);
}

// True when the limitations changed. The text gives whole hours, so that it changes rarely.
bool SetClockLimitation(HostIdentity& identity, absl::Duration clock_ahead) {
  std::vector<std::string> limitations;
  for (const std::string& text : identity.limitations) {
    if (!absl::StartsWith(text, kClockLimitation)) limitations.push_back(text);
  }
  if (clock_ahead > absl::ZeroDuration()) {
    limitations.push_back(absl::StrCat(
        kClockLimitation, "the host is ", absl::ToInt64Hours(clock_ahead),
        " h ahead of the controller; its samples are recorded at the time of their arrival. Set "
        "its clock, by NTP for example."));
  }
  if (limitations == identity.limitations) return false;
  identity.limitations = std::move(limitations);
  return true;
}

}  // namespace

HostPresence::HostPresence(ControlLedger* ledger, IncidentBook* incidents,
                           absl::Duration host_timeout)
    : ledger_(ledger), incidents_(incidents), host_timeout_(host_timeout) {}

void HostPresence::Restore(EngineTime time) {
  for (const auto& entry : ledger_->hosts().rows()) {
    heard_[entry.first].last_heard = time.monotonic;
  }
}

absl::Status HostPresence::Attach(const AgentHello& hello, EngineTime time) {
  auto row = ledger_->hosts().Find(hello.host_id);
  if (row == nullptr && ledger_->hosts().rows().size() >= kHostsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("host ", hello.host_id, " is not known, and the controller remembers ",
                     kHostsMax, " hosts already; attach it to another controller"));
  }
  Host host = row == nullptr ? Host() : *row;
  if (row != nullptr && row->state == HostState::kUnreachable) {
    TellIncidents(hello.host_id, "the host is attached again", time.now);
  }
  host.host_id = hello.host_id;
  host.state = HostState::kAttached;
  host.identity = hello.identity;
  host.attach_time = time.now;
  // The agent has seen a higher revision than this controller remembers, whose data is lost or
  // restored: what is pushed from here on must still be newer for the agent.
  if (hello.applied_revision > host.desired_revision) {
    host.desired_revision = hello.applied_revision + 1;
  }
  ledger_->Put(std::move(host));
  heard_[hello.host_id].last_heard = time.monotonic;
  return absl::OkStatus();
}

void HostPresence::TakeSample(const std::string& host_id, std::shared_ptr<const HostSample> sample,
                              absl::Duration clock_ahead, EngineTime time) {
  Heard& heard = heard_[host_id];
  heard.last_heard = time.monotonic;
  heard.sample_interval = IntervalOf(*sample);
  heard.sample = std::move(sample);
  auto row = ledger_->hosts().Find(host_id);
  if (row == nullptr) return;
  Host host = *row;
  bool changed = SetClockLimitation(host.identity, clock_ahead);
  if (host.state == HostState::kUnreachable) {
    host.state = HostState::kAttached;
    changed = true;
    TellIncidents(host_id, "the host is heard from again", time.now);
  }
  const absl::Time sample_time = heard.sample->sample_time;
  if (!host.sample_time.has_value() ||
      absl::AbsDuration(sample_time - *host.sample_time) >= kSampleTimePersist) {
    changed = true;
  }
  if (!changed) return;
  host.sample_time = sample_time;
  ledger_->Put(std::move(host));
}

void HostPresence::Detach(absl::string_view host_id, const bool goodbye, EngineTime time) {
  auto row = ledger_->hosts().Find(host_id);
  if (row == nullptr) return;
  LogInfo("host ", host_id, ": session ended", goodbye ? " with goodbye" : "");
  if (!goodbye) return;
  Host host = *row;
  host.state = HostState::kDetached;
  auto heard = heard_.find(host_id);
  if (heard != heard_.end() && heard->second.sample != nullptr) {
    host.sample_time = heard->second.sample->sample_time;
  }
  ledger_->Put(std::move(host));
  TellIncidents(host_id, "the agent left on purpose; no more samples", time.now);
}

void HostPresence::Tick(EngineTime time) {
  std::vector<std::pair<std::string, absl::Duration>> overdue;
  for (const auto& entry : ledger_->hosts().rows()) {
    if (entry.second->state != HostState::kAttached) continue;
    const Heard& heard = heard_[entry.first];
    const absl::Duration silence = time.monotonic - heard.last_heard;
    if (silence > std::max(host_timeout_, heard.sample_interval * kOverdueIntervals)) {
      overdue.emplace_back(entry.first, silence);
    }
  }
  for (const auto& entry : overdue) {
    Host host = *ledger_->hosts().Find(entry.first);
    host.state = HostState::kUnreachable;
    ledger_->Put(std::move(host));
    std::string text = absl::StrCat("the host has not been heard from for ",
                                    absl::ToInt64Seconds(entry.second), " s");
    LogWarning("host ", entry.first, ": ", text);
    TellIncidents(entry.first, text, time.now);
  }
}

Fleet::HostPointer HostPresence::View(absl::string_view host_id) const {
  auto row = ledger_->hosts().Find(host_id);
  if (row == nullptr) return nullptr;
  auto view = std::make_shared<HostView>();
  view->host = *row;
  auto heard = heard_.find(host_id);
  if (heard != heard_.end() && heard->second.sample != nullptr) {
    view->sample = heard->second.sample;
    view->host.sample_time = view->sample->sample_time;
    view->histories = incidents_->HistoriesOf(host_id);
  }
  return view;
}

void HostPresence::TellIncidents(absl::string_view host_id, absl::string_view text,
                                 absl::Time now) {
  // A copy: each entry is a new row, which moves in the index.
  const ControlLedger::Ids ids = ledger_->ActiveIncidentsOf(host_id);
  for (const std::string& id : ids) incidents_->AddTimelineEntry(id, text, now);
}

std::shared_ptr<const HostSample> HostPresence::NewestSample(absl::string_view host_id) const {
  auto found = heard_.find(host_id);
  return found == heard_.end() ? nullptr : found->second.sample;
}

}  // namespace berthmaster
