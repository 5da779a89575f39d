// What Decisions does about silences.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/ids.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "controller/detect/silence_matcher.h"
#include "controller/engine/audit_draft.h"
#include "controller/engine/decision_checks.h"
#include "controller/engine/decisions.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kCreateMethod = "CreateSilence";

absl::Status WrongTime(absl::string_view what) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "SILENCE_TIME_INVALID", what);
}

// What it mutes and until when: a reader of the chain must not need the silence.
std::vector<AuditValue> AuditValuesOf(const Silence& silence) {
  AuditValue selector;
  selector.sysctl = "selector";
  selector.new_value = LabelsText(silence.selector);
  AuditValue expire_time;
  expire_time.sysctl = "expire_time";
  expire_time.new_value = absl::FormatTime(silence.expire_time, absl::UTCTimeZone());
  return {selector, expire_time};
}

std::string DaysText(absl::Duration length) {
  return absl::StrCat(length / absl::Hours(24), " days");
}

}  // namespace

absl::StatusOr<Silence> Decisions::MakeSilence(const SilenceRequest& request) const {
  if (request.selector.empty()) {
    return ReasonStatus(absl::StatusCode::kInvalidArgument, "SELECTOR_EMPTY",
                        "silence.selector: selects everything; name at least one label, such as "
                        "host, pod_namespace or unit");
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckSelector("silence.selector", request.selector, SelectorUse::kIncidents));
  BERTHMASTER_RETURN_IF_ERROR(RequireReason(request.reason));
  Silence silence;
  silence.selector = request.selector;
  silence.reason = request.reason;
  silence.creator = request.creator.who;
  silence.create_time = now_;
  silence.start_time = request.start_time.value_or(now_);
  if (silence.start_time < now_) {
    return WrongTime("silence.start_time: is over; leave it out to begin at once");
  }
  if (silence.start_time - now_ > kSilenceAheadMax) {
    return WrongTime(absl::StrCat("silence.start_time: is more than ", DaysText(kSilenceAheadMax),
                                  " ahead; create it nearer to the time"));
  }
  if (request.expire_time.has_value() == request.length.has_value()) {
    return WrongTime("silence.expire_time: give it, or the length of the silence, and not both");
  }
  silence.expire_time =
      request.length.has_value() ? silence.start_time + *request.length : *request.expire_time;
  if (silence.expire_time <= silence.start_time) {
    return WrongTime("silence.expire_time: is not after its start; a silence has a length");
  }
  if (silence.expire_time - silence.start_time > kSilenceLengthMax) {
    return WrongTime(absl::StrCat("silence.expire_time: is more than ", DaysText(kSilenceLengthMax),
                                  " after its start; what shall be quiet for longer needs other "
                                  "thresholds in the detection policy"));
  }
  return silence;
}

int Decisions::CountMuted(const Silence& silence) const {
  const SilenceMatcher matcher({std::make_shared<const Silence>(silence)}, now_);
  const auto& incidents = parts_.ledger->incidents().rows();
  return static_cast<int>(std::count_if(incidents.begin(), incidents.end(), [&](const auto& entry) {
    return entry.second->active() && matcher.Mute(*entry.second, now_).has_value();
  }));
}

absl::StatusOr<CreatedSilence> Decisions::CreateSilence(const SilenceRequest& request) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto earlier, FindCompleted(request.request_id, kCreateMethod, request.request_sha256));
  if (earlier != nullptr) {
    for (const auto& entry : parts_.ledger->silences().rows()) {
      if (SilenceName(entry.first) == earlier->resource_name) {
        return CreatedSilence{*entry.second, CountMuted(*entry.second)};
      }
    }
    return absl::NotFoundError(absl::StrCat(earlier->resource_name, " does not exist"));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(Silence silence, MakeSilence(request));
  const auto& rows = parts_.ledger->silences().rows();
  const auto standing = std::count_if(rows.begin(), rows.end(), [this](const auto& entry) {
    return entry.second->state(now_) != SilenceState::kExpired;
  });
  if (standing >= static_cast<int64_t>(kSilencesMax)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kSilencesMax,
                     " silences, which is the most; expire some, or select more with one"));
  }
  const int count = CountMuted(silence);
  if (request.validate_only) return CreatedSilence{silence, count};
  silence.id = NewId(now_, *parts_.random);
  const std::string name = SilenceName(silence.id);
  LogInfo(name, ": ", LabelsText(silence.selector), " silenced until ",
          absl::FormatTime(silence.expire_time, absl::UTCTimeZone()), " by ", silence.creator, ": ",
          silence.reason);
  parts_.ledger->Put(silence);
  parts_.ledger->Append(AuditDraft(now_, request.creator, AuditAction::kSilenced, name,
                                   silence.reason, AuditValuesOf(silence)));
  if (!request.request_id.empty()) {
    parts_.ledger->Put(CompletedRequest{request.request_id, std::string(kCreateMethod),
                                        request.request_sha256, name, now_});
  }
  parts_.incidents->TakeSilences(now_);
  return CreatedSilence{std::move(silence), count};
}

absl::StatusOr<Silence> Decisions::ExpireSilence(absl::string_view id, const Caller& who,
                                                 absl::string_view etag) {
  auto row = parts_.ledger->silences().Find(id);
  const std::string name = SilenceName(id);
  if (row == nullptr) {
    return absl::NotFoundError(absl::StrCat(name, " does not exist; list the silences there are"));
  }
  if (row->state(now_) == SilenceState::kExpired) return *row;
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(name, etag, row->revision));
  Silence silence = *row;
  silence.end_time = now_;
  silence.ender = who.who;
  ++silence.revision;
  LogInfo(name, ": ended by ", who.who);
  parts_.ledger->Put(silence);
  parts_.ledger->Append(AuditDraft(now_, who, AuditAction::kUnsilenced, name));
  parts_.incidents->TakeSilences(now_);
  return silence;
}

}  // namespace berthmaster
