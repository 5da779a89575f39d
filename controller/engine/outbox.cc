#include "controller/engine/outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "controller/engine/desired_state.h"

namespace berthmaster {

Outbox::Outbox(Parts parts, absl::Duration lease, absl::Duration apply_timeout)
    : parts_(parts), lease_(lease), apply_timeout_(apply_timeout) {}

void Outbox::Welcome(std::shared_ptr<AgentSession> session, std::string host_id) {
  welcomes_.push_back({std::move(session), std::move(host_id)});
}

void Outbox::End(std::shared_ptr<AgentSession> session, absl::Status status) {
  ends_.push_back({std::move(session), std::move(status)});
}

bool Outbox::Release(const ControlState& changed, EngineTime time) {
  std::vector<Event> events;
  ShowRows(changed, time.now, events);
  for (const EndItem& item : std::exchange(ends_, {})) item.session->End(item.status);
  for (const WelcomeItem& item : std::exchange(welcomes_, {})) {
    item.session->SendWelcome(parts_.admission->Committed(item.host_id));
  }
  for (const std::string& host_id : std::exchange(acks_, {})) {
    const SessionRegistry::Bound* bound = parts_.sessions->FindByHost(host_id);
    const int64_t committed = parts_.admission->Committed(host_id);
    if (bound != nullptr && committed > 0) bound->session->SendSampleAck(committed);
  }
  const bool pushed = Push(time);
  parts_.events->Publish(events);
  return pushed;
}

void Outbox::ShowRows(const ControlState& changed, absl::Time now, std::vector<Event>& events) {
  std::set<std::string> hosts = std::exchange(hosts_, {});
  for (const Host& host : changed.hosts) hosts.insert(host.host_id);
  for (const std::string& host_id : hosts) {
    Fleet::HostPointer view = parts_.presence->View(host_id);
    if (view == nullptr) continue;
    parts_.fleet->Put(std::move(view));
    events.push_back({EventKind::kHost, host_id, now});
  }
  for (const Incident& incident : changed.incidents) {
    parts_.fleet->Put(parts_.ledger->incidents().Find(incident.id));
    events.push_back({EventKind::kIncident, incident.id, now});
  }
  for (const Recommendation& recommendation : changed.recommendations) {
    parts_.fleet->Put(parts_.ledger->recommendations().Find(recommendation.id));
    events.push_back({EventKind::kRecommendation, recommendation.id, now});
  }
  for (const Rollout& rollout : changed.rollouts) {
    parts_.fleet->Put(parts_.ledger->rollouts().Find(rollout.id));
    events.push_back({EventKind::kRollout, rollout.id, now});
  }
  for (const Silence& silence : changed.silences) {
    parts_.fleet->Put(parts_.ledger->silences().Find(silence.id));
    events.push_back({EventKind::kSilence, silence.id, now});
  }
  if (changed.detection_policy.has_value()) {
    parts_.fleet->Put(parts_.ledger->detection_policy());
  }
  if (changed.approval_policy.has_value()) parts_.fleet->Put(parts_.ledger->approval_policy());
}

bool Outbox::Push(EngineTime time) {
  bool pushed = false;
  for (const std::string& host_id : parts_.rollouts->TakeUnanswering(time)) {
    const SessionRegistry::Bound* bound = parts_.sessions->FindByHost(host_id);
    if (bound == nullptr) continue;
    LogWarning(HostName(host_id), ": no answer to a desired state; its session is ended");
    bound->session->End(absl::DeadlineExceededError(
        absl::StrCat("no answer to a desired state for ", absl::FormatDuration(apply_timeout_),
                     "; attach again to be told anew")));
  }
  for (const std::string& host_id : parts_.rollouts->TakePushes(time)) {
    const SessionRegistry::Bound* bound = parts_.sessions->FindByHost(host_id);
    if (bound == nullptr) continue;
    bound->session->SendDesiredState(BuildDesiredState(*parts_.ledger, host_id, lease_));
    parts_.rollouts->OnPushed(host_id, time);
    pushed = true;
  }
  return pushed;
}

}  // namespace berthmaster
