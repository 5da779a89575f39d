// What Decisions does about rollouts that are under way.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "controller/engine/audit_draft.h"
#include "controller/engine/decision_checks.h"
#include "controller/engine/decisions.h"
#include "controller/model/names.h"
#include "controller/rollout/step.h"

namespace berthmaster {
namespace {

bool InProgress(const Rollout& rollout) {
  return InForce(rollout.state) && rollout.state != RolloutState::kConfirmed;
}

absl::Status NotInProgress(const Rollout& rollout, absl::string_view next_step) {
  return ReasonStatus(absl::StatusCode::kFailedPrecondition, "ROLLOUT_NOT_IN_PROGRESS",
                      absl::StrCat(RolloutName(rollout.id), " is ", RolloutStateText(rollout.state),
                                   "; ", next_step));
}

Rollout Changed(const Rollout& rollout, absl::Time now) {
  Rollout next = rollout;
  next.update_time = now;
  ++next.revision;
  return next;
}

AuditAction ActionOf(RolloutVerb verb) {
  switch (verb) {
    case RolloutVerb::kPause:
      return AuditAction::kPaused;
    case RolloutVerb::kResume:
      return AuditAction::kResumed;
    case RolloutVerb::kPromote:
      return AuditAction::kPromoted;
    case RolloutVerb::kAbort:
      return AuditAction::kAborted;
    case RolloutVerb::kRevert:
      return AuditAction::kReverted;
  }
  return AuditAction::kReverted;
}

bool IsOnItsWayBack(const Rollout& rollout) {
  return rollout.state == RolloutState::kReverting || rollout.state == RolloutState::kReverted;
}

}  // namespace

absl::StatusOr<Rollout> Decisions::DecideRollout(const RolloutDecision& decision) {
  absl::StatusOr<Rollout> decided = TryDecideRollout(decision);
  NoteDenial({decision.who, decision.source}, RolloutName(decision.rollout_id), decided.status());
  return decided;
}

absl::StatusOr<Rollout> Decisions::TryDecideRollout(const RolloutDecision& decision) {
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(decision.reason));
  auto row = parts_.ledger->rollouts().Find(decision.rollout_id);
  const std::string name = RolloutName(decision.rollout_id);
  if (row == nullptr) return absl::NotFoundError(absl::StrCat(name, " does not exist"));
  const bool takes_back =
      decision.verb == RolloutVerb::kAbort || decision.verb == RolloutVerb::kRevert;
  if (takes_back && IsOnItsWayBack(*row)) return *row;
  const bool done = (decision.verb == RolloutVerb::kPause && row->pause.has_value()) ||
                    (decision.verb == RolloutVerb::kResume && !row->pause.has_value());
  if (InProgress(*row) && done) return *row;
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(name, decision.etag, row->revision));
  absl::StatusOr<Rollout> after;
  switch (decision.verb) {
    case RolloutVerb::kPause:
      after = Pause(*row, decision);
      break;
    case RolloutVerb::kResume:
      after = Resume(*row, decision);
      break;
    case RolloutVerb::kPromote:
      after = PromoteWave(*row, decision);
      break;
    case RolloutVerb::kAbort:
      after = Abort(*row, decision);
      break;
    case RolloutVerb::kRevert:
      after = Revert(*row, decision);
      break;
  }
  if (!after.ok()) return after.status();
  LogInfo(name, ": ", after->message);
  parts_.ledger->Append(AuditDraft(now_, {decision.who, decision.source}, ActionOf(decision.verb),
                                   name, decision.reason));
  parts_.rollouts->Apply(*row, *std::move(after), time_);
  return *parts_.ledger->rollouts().Find(decision.rollout_id);
}

absl::StatusOr<Rollout> Decisions::Pause(const Rollout& rollout, const RolloutDecision& decision) {
  if (!InProgress(rollout)) return NotInProgress(rollout, "there is nothing to pause");
  Rollout next = Changed(rollout, now_);
  next.pause = RolloutPause{decision.who, decision.reason, now_};
  next.message = absl::StrCat("paused by ", decision.who, ": ", decision.reason);
  parts_.incidents->AddTimelineEntry(next.incident_id, absl::StrCat("rollout ", next.message),
                                     now_);
  return next;
}

absl::StatusOr<Rollout> Decisions::Resume(const Rollout& rollout, const RolloutDecision& decision) {
  if (!InProgress(rollout)) return NotInProgress(rollout, "there is nothing to resume");
  Rollout next = Changed(rollout, now_);
  next.pause.reset();
  if (next.wave == 0 && next.state == RolloutState::kSoaking) next.canary_released = true;
  next.message = absl::StrCat("resumed by ", decision.who, ": ", decision.reason);
  parts_.incidents->AddTimelineEntry(next.incident_id, absl::StrCat("rollout ", next.message),
                                     now_);
  return next;
}

absl::StatusOr<Rollout> Decisions::PromoteWave(const Rollout& rollout,
                                               const RolloutDecision& decision) {
  if (!InProgress(rollout)) return NotInProgress(rollout, "there is no wave to promote");
  if (rollout.pause.has_value()) return NotInProgress(rollout, "and paused; resume it first");
  return Promote(rollout, parts_.rollouts->ViewsOf(rollout, time_),
                 absl::StrCat("promoted by ", decision.who, ": ", decision.reason), now_);
}

absl::StatusOr<Rollout> Decisions::Abort(const Rollout& rollout, const RolloutDecision& decision) {
  if (!InProgress(rollout)) {
    return NotInProgress(rollout, rollout.state == RolloutState::kConfirmed
                                      ? "revert it instead"
                                      : "nothing of it is in force");
  }
  return BeginRevert(rollout, absl::StrCat("aborted: ", decision.who, ": ", decision.reason), now_);
}

absl::StatusOr<Rollout> Decisions::Revert(const Rollout& rollout, const RolloutDecision& decision) {
  if (rollout.state == RolloutState::kFailed) {
    return ReasonStatus(
        absl::StatusCode::kFailedPrecondition, "ROLLOUT_FAILED",
        absl::StrCat(RolloutName(rollout.id), " failed, and nothing of it is in force"));
  }
  return BeginRevert(rollout, absl::StrCat("reverting: ", decision.who, ": ", decision.reason),
                     now_);
}

}  // namespace berthmaster
