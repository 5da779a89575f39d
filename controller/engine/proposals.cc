#include "controller/engine/proposals.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/forecast/forecast.h"
#include "common/ids/ids.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "controller/approval/requirement.h"
#include "controller/detect/netns_evidence.h"
#include "controller/engine/audit_draft.h"
#include "controller/model/content_hash.h"
#include "controller/recommend/recommend.h"

namespace berthmaster {
namespace {

// Whether both are the same remedy: where, the kind, and the sysctls it sets. The worst pool of an
// incident may be on another host by now.
bool SameRemedy(const Recommendation& a, const Recommendation& b) {
  return a.host_id == b.host_id && a.netns_cookie == b.netns_cookie && a.kind == b.kind &&
         std::equal(
             a.changes.begin(), a.changes.end(), b.changes.begin(), b.changes.end(),
             [](const SysctlChange& x, const SysctlChange& y) { return x.sysctl == y.sysctl; });
}

bool Touches(const Recommendation& recommendation, absl::string_view sysctl) {
  return std::any_of(recommendation.changes.begin(), recommendation.changes.end(),
                     [&](const SysctlChange& change) { return change.sysctl == sysctl; });
}

bool Touches(const Recommendation& recommendation, const Rollout& rollout) {
  for (const RolloutTarget& target : rollout.targets) {
    if (target.host_id != recommendation.host_id ||
        target.netns_cookie != recommendation.netns_cookie) {
      continue;
    }
    for (const TargetSysctl& sysctl : target.sysctls) {
      if (Touches(recommendation, sysctl.change.sysctl)) return true;
    }
  }
  return false;
}

const NetnsSample* FindNetns(const HostSample& sample, uint64_t cookie) {
  auto found = std::find_if(sample.namespaces.begin(), sample.namespaces.end(),
                            [&](const NetnsSample& netns) { return netns.cookie == cookie; });
  return found == sample.namespaces.end() ? nullptr : &*found;
}

std::optional<PoolSample> FindPool(const NetnsSample& netns, const Incident& incident) {
  if (incident.cause == IncidentCause::kRestartBlocked) {
    auto blocked = std::find_if(netns.findings.begin(), netns.findings.end(),
                                [&](const NetnsFinding& finding) {
                                  return finding.kind == FindingKind::kRestartBlocked &&
                                         finding.address == incident.key.destination &&
                                         finding.port == incident.key.destination_port;
                                });
    if (blocked == netns.findings.end()) return std::nullopt;
    return PoolOfFinding(*blocked);
  }
  auto found = std::find_if(netns.pools.begin(), netns.pools.end(), [&](const PoolSample& pool) {
    return pool.kind == incident.pool_kind &&
           (pool.kind == PoolKind::kTimeWaitTable || pool.key == incident.key);
  });
  if (found == netns.pools.end()) return std::nullopt;
  return *found;
}

}  // namespace

Proposals::Proposals(ControlLedger* ledger, Random* random) : ledger_(ledger), random_(random) {}

void Proposals::Refresh(absl::string_view host_id, const HostSample& sample, EngineTime time) {
  for (const std::string& id : ledger_->ActiveIncidentsOf(host_id)) {
    auto last = refreshed_.find(id);
    if (last != refreshed_.end() && time.monotonic - last->second < kProposalsInterval) continue;
    auto incident = ledger_->incidents().Find(id);
    const NetnsSample* netns = FindNetns(sample, incident->netns_cookie);
    const std::optional<PoolSample> pool =
        netns == nullptr ? std::nullopt : FindPool(*netns, *incident);
    if (!pool.has_value()) continue;
    refreshed_[id] = time.monotonic;
    RefreshIncident(*incident, *netns, *pool, time);
  }
}

void Proposals::RefreshIncident(const Incident& incident, const NetnsSample& netns,
                                const PoolSample& pool, EngineTime time) {
  std::vector<Recommendation> known;
  for (const std::string& id : ledger_->RecommendationsOf(incident.id)) {
    known.push_back(*ledger_->recommendations().Find(id));
  }
  // What is let through at the limit is no load to make a new plan for: what was proposed stands.
  const bool has_proposals = std::any_of(known.begin(), known.end(), [](const Recommendation& r) {
    return r.state == RecommendationState::kProposed;
  });
  if (has_proposals && IsCutOff(pool)) return;
  std::vector<Recommendation> proposed = Recommend(incident, netns, pool, time.now);
  for (Recommendation& fresh : proposed) {
    const Requirement requirement =
        RequirementFor(*ledger_->approval_policy(), fresh.risk,
                       {{netns.labels, fresh.host_id, netns.label, std::nullopt}}, time.now);
    fresh.approvals_required = requirement.automatic_rule.empty() ? requirement.approvals : 0;
    auto standing = std::find_if(known.begin(), known.end(), [&](const Recommendation& r) {
      return r.state == RecommendationState::kProposed && SameRemedy(r, fresh);
    });
    if (standing != known.end()) {
      if (MateriallyDiffers(*standing, fresh) || standing->rank != fresh.rank) {
        Revise(*standing, fresh, time.now);
      }
    } else if (!Decided(fresh, known) && !RolloutHolds(fresh, time.now)) {
      Propose(fresh, time.now);
    }
  }
  for (const Recommendation& standing : known) {
    const bool stands =
        standing.state != RecommendationState::kProposed ||
        std::any_of(proposed.begin(), proposed.end(),
                    [&](const Recommendation& fresh) { return SameRemedy(standing, fresh); });
    if (!stands) Expire(standing, time.now);
  }
}

bool Proposals::Decided(const Recommendation& fresh,
                        const std::vector<Recommendation>& known) const {
  return std::any_of(known.begin(), known.end(), [&](const Recommendation& r) {
    const bool final_word = r.state == RecommendationState::kRejected ||
                            (r.state == RecommendationState::kApproved && r.changes.empty());
    return final_word && SameRemedy(r, fresh);
  });
}

bool Proposals::RolloutHolds(const Recommendation& fresh, absl::Time now) const {
  if (fresh.changes.empty()) return false;
  const ControlLedger::Ids& open = ledger_->OpenRolloutsOf(fresh.host_id);
  for (const std::string& id : open) {
    auto rollout = ledger_->rollouts().Find(id);
    if (!Touches(fresh, *rollout)) continue;
    // A confirmed rollout whose problem goes on makes room for a further one.
    if (rollout->state != RolloutState::kConfirmed) return true;
    if (now - rollout->state_time < kProposalsAfterRollout) return true;
  }
  for (const std::string& id : ledger_->RecommendationsOf(fresh.incident_id)) {
    auto rollout = ledger_->rollouts().Find(ledger_->recommendations().Find(id)->rollout_id);
    if (rollout != nullptr && rollout->state == RolloutState::kReverted &&
        Touches(fresh, *rollout) && now - rollout->state_time < kProposalsAfterRollout) {
      return true;
    }
  }
  return false;
}

void Proposals::Propose(Recommendation fresh, absl::Time now) {
  fresh.id = NewId(now, *random_);
  fresh.state = RecommendationState::kProposed;
  fresh.create_time = now;
  fresh.update_time = now;
  fresh.revision = 1;
  LogInfo("recommendation ", fresh.id, " for incident ", fresh.incident_id, ": ", fresh.summary);
  ledger_->Append(AuditDraft(now, ControllerCaller(), AuditAction::kProposed,
                             RecommendationName(fresh.id), fresh.summary, AuditValuesOf(fresh)));
  ledger_->Put(std::move(fresh));
}

void Proposals::Revise(const Recommendation& standing, Recommendation fresh, absl::Time now) {
  fresh.id = standing.id;
  fresh.state = RecommendationState::kProposed;
  fresh.create_time = standing.create_time;
  fresh.update_time = now;
  fresh.revision = standing.revision + 1;
  // An approval is of the content, which may be the same although a number beside it moved.
  if (ContentSha256(fresh) == ContentSha256(standing)) {
    fresh.approvals = standing.approvals;
  } else {
    ledger_->Append(
        AuditDraft(now, ControllerCaller(), AuditAction::kProposed, RecommendationName(fresh.id),
                   absl::StrCat("proposed anew: ", fresh.summary), AuditValuesOf(fresh)));
  }
  ledger_->Put(std::move(fresh));
}

void Proposals::Expire(Recommendation standing, absl::Time now) {
  ledger_->Append(AuditDraft(now, ControllerCaller(), AuditAction::kExpired,
                             RecommendationName(standing.id),
                             "no longer useful: its incident is over or the host has changed"));
  standing.state = RecommendationState::kExpired;
  standing.update_time = now;
  ++standing.revision;
  ledger_->Put(std::move(standing));
}

void Proposals::Close(absl::string_view incident_id, absl::Time now) {
  refreshed_.erase(incident_id);
  // A copy: each row that expires moves in the index.
  const ControlLedger::Ids ids = ledger_->RecommendationsOf(incident_id);
  for (const std::string& id : ids) {
    auto standing = ledger_->recommendations().Find(id);
    if (standing->state == RecommendationState::kProposed) Expire(*standing, now);
  }
}

}  // namespace berthmaster
