#include "agent/tune/change_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/tune/refusal.h"
#include "agent/tune/sysctl_compare.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

std::string Place(absl::string_view sysctl, const NetnsId& netns) {
  return absl::StrCat(sysctl, " in netns ", netns.cookie, " (inode ", netns.inode, ")");
}

absl::Status PriorDiffers(const JournalEntry& entry, absl::string_view current,
                          absl::string_view expected) {
  return Refuse("PRIOR_VALUE_DIFFERS",
                absl::StrCat(Place(entry.sysctl, entry.netns), " is '", current, "', not '",
                             NormalizeSysctlValue(expected),
                             "' as approved; approve a recommendation made from the value of now"));
}

// Logged before the write, so that the line is there even if the write never comes back.
void LogWrite(const JournalEntry& entry, absl::string_view from, absl::string_view to,
              absl::string_view why) {
  LogInfo("writing ", Place(entry.sysctl, entry.netns), ": '", from, "' -> '", to, "', ", why);
}

ChangeResult Refused(ChangeResult result, const absl::Status& why) {
  result.state = ApplyState::kRefused;
  result.error = RefusalText(why);
  return result;
}

}  // namespace

ChangeResult ResultFor(const JournalEntry& entry, ApplyState state) {
  ChangeResult result;
  result.rollout = entry.rollout;
  result.netns_cookie = entry.netns.cookie;
  result.sysctl = entry.sysctl;
  result.state = state;
  return result;
}

absl::Status Unreadable(const JournalEntry& entry, const absl::Status& why) {
  const std::string message =
      absl::StrCat("cannot read ", Place(entry.sysctl, entry.netns), ": ", why.message());
  if (absl::IsNotFound(why)) return Refuse("NETNS_GONE", message);
  if (absl::IsUnimplemented(why)) return Refuse("KERNEL_HAS_NO_SYSCTL", message);
  return Refuse("VALUE_UNREADABLE", message);
}

absl::StatusOr<std::string> ChangeWriter::ReadCurrent(const JournalEntry& entry) {
  if (!persistence_.IsHome(entry)) {
    return absl::UnavailableError(
        "process 1 may not be looked at, so the host's network namespace is not known; run the "
        "agent as root with CAP_SYS_PTRACE in the host's pid namespace");
  }
  absl::StatusOr<std::string> value = all_.Read(entry.netns, entry.sysctl);
  if (!value.ok()) return value.status();
  return NormalizeSysctlValue(*value);
}

ChangeResult ChangeWriter::Apply(const DesiredChange& change) {
  JournalEntry entry;
  entry.rollout = change.rollout;
  entry.netns = {change.netns_cookie, change.netns_inode};
  entry.sysctl = change.change.sysctl;
  entry.desired = NormalizeSysctlValue(change.change.desired_value);
  entry.confirmed = change.confirmed;
  entry.lease = change.confirmed ? absl::ZeroDuration() : change.lease;
  entry.deadline = clock_.MonotonicNow() + entry.lease;
  entry.persist = change.persist && change.confirmed;
  ChangeResult result = ResultFor(entry, ApplyState::kPending);

  absl::StatusOr<std::string> current = ReadCurrent(entry);
  if (!current.ok()) {
    return Refused(std::move(result), Unreadable(entry, current.status()));
  }
  result.effective_value = *current;
  if (absl::StatusOr<std::string> reached = enforced_.Read(entry.netns, entry.sysctl);
      !reached.ok()) {
    return Refused(
        std::move(result),
        Refuse("NETNS_NOT_ALLOWED",
               absl::StrCat("netns ", entry.netns.cookie, " (inode ", entry.netns.inode,
                            ") is not one in which this agent may make changes; add it to "
                            "enforce-netns of the agent if it is to be")));
  }
  if (!SameSysctlValue(entry.sysctl, *current, change.change.expected_value)) {
    return Refused(std::move(result), PriorDiffers(entry, *current, change.change.expected_value));
  }
  if (absl::Status met = preconditions_.Check(change, *current); !met.ok()) {
    return Refused(std::move(result), met);
  }
  entry.prior = *current;
  absl::StatusOr<uint64_t> id = journal_.AddIntent(std::move(entry));
  if (!id.ok()) {
    return Refused(std::move(result),
                   Refuse("JOURNAL_UNWRITABLE",
                          absl::StrCat("the journal of prior values cannot be written, so nothing "
                                       "was changed; make room in the agent's state directory: ",
                                       id.status().message())));
  }
  return WriteJournaled(*id, std::move(result));
}

ChangeResult ChangeWriter::WriteJournaled(uint64_t id, ChangeResult result) {
  const JournalEntry entry = journal_.entries().at(id);
  // Looking around and syncing the journal took a while, in which somebody may have written.
  absl::StatusOr<std::string> now = ReadCurrent(entry);
  if (now.ok() && !SameSysctlValue(entry.sysctl, *now, entry.prior)) {
    journal_.Close(id);
    result.effective_value = *now;
    return Refused(std::move(result), PriorDiffers(entry, *now, entry.prior));
  }
  LogWrite(entry, entry.prior, entry.desired,
           absl::StrCat(entry.rollout,
                        entry.confirmed
                            ? ", confirmed"
                            : absl::StrCat(", on a lease of ", absl::FormatDuration(entry.lease))));
  absl::Status written = enforced_.Write(entry.netns, entry.sysctl, entry.desired);
  absl::StatusOr<std::string> effective = ReadCurrent(entry);
  if (effective.ok()) result.effective_value = *effective;
  if (written.ok() && effective.ok() && SameSysctlValue(entry.sysctl, *effective, entry.desired)) {
    journal_.SetState(id, EntryState::kApplied);
    result.state = ApplyState::kApplied;
    return result;
  }
  std::string why = !written.ok() ? std::string(written.message())
                    : !effective.ok()
                        ? absl::StrCat("it cannot be read back: ", effective.status().message())
                        : absl::StrCat("the kernel made it '", *effective, "'");
  return RestoreAfterFailure(id, why, std::move(result));
}

ChangeResult ChangeWriter::RestoreAfterFailure(uint64_t id, absl::string_view why,
                                               ChangeResult result) {
  const JournalEntry entry = journal_.entries().at(id);
  result.state = ApplyState::kFailed;
  result.error = absl::StrCat("writing '", entry.desired, "' to ", Place(entry.sysctl, entry.netns),
                              " failed: ", why);
  absl::StatusOr<std::string> current = ReadCurrent(entry);
  if (current.ok() && !SameSysctlValue(entry.sysctl, *current, entry.prior)) {
    LogWrite(entry, *current, entry.prior, absl::StrCat("prior value, since ", result.error));
    absl::Status restored = all_.Write(entry.netns, entry.sysctl, entry.prior);
    if (!restored.ok()) absl::StrAppend(&result.error, "; restoring: ", restored.message());
    current = ReadCurrent(entry);
  }
  if (absl::IsNotFound(current.status()) ||
      (current.ok() && SameSysctlValue(entry.sysctl, *current, entry.prior))) {
    journal_.Close(id);
    result.effective_value = current.value_or("");
  } else {
    // What stands there now is ours to take back, whatever the kernel made of it; entries being
    // reverted are tried again.
    if (current.ok()) journal_.SetDesired(id, *current);
    journal_.SetState(id, EntryState::kReverting);
    absl::StrAppend(&result.error, "; the agent goes on trying to put '", entry.prior, "' back");
  }
  LogWarning(result.error);
  return result;
}

ChangeResult ChangeWriter::Revert(uint64_t id, absl::string_view why) {
  const JournalEntry entry = journal_.entries().at(id);
  // Before the kernel: after a power cut the line must not bring a value that no entry knows.
  absl::Status line = entry.persist ? persistence_.Sync(id) : absl::OkStatus();
  // Somebody else's file by now; no line of it is ours to take.
  if (ReasonOf(line) == "PERSIST_FOREIGN_FILE") line = absl::OkStatus();
  ChangeResult result = PutBack(id, why);
  if (result.state != ApplyState::kFailed && line.ok()) {
    journal_.Close(id);
    return result;
  }
  if (entry.state != EntryState::kDrifted) journal_.SetState(id, EntryState::kReverting);
  if (result.state != ApplyState::kFailed) result.error = RefusalText(line);
  result.state = ApplyState::kFailed;
  return result;
}

// Closes nothing: FAILED where the prior value is still to be put back.
ChangeResult ChangeWriter::PutBack(uint64_t id, absl::string_view why) {
  const JournalEntry entry = journal_.entries().at(id);
  ChangeResult result = ResultFor(entry, ApplyState::kReverted);
  absl::StatusOr<std::string> current = ReadCurrent(entry);
  if (entry.state == EntryState::kDrifted) {
    // It was given up when somebody else wrote it, even if the value is ours again.
    result.state = ApplyState::kDrifted;
    result.effective_value = current.value_or("");
    return result;
  }
  if (absl::IsNotFound(current.status())) {
    LogInfo(Place(entry.sysctl, entry.netns), " of ", entry.rollout, " is gone: ", why);
    return result;
  }
  if (!current.ok()) {
    result.state = ApplyState::kFailed;
    result.error = absl::StrCat("cannot read ", Place(entry.sysctl, entry.netns), " to put '",
                                entry.prior, "' back; trying again: ", current.status().message());
    return result;
  }
  result.effective_value = *current;
  bool is_prior = SameSysctlValue(entry.sysctl, *current, entry.prior);
  if (!is_prior && !SameSysctlValue(entry.sysctl, *current, entry.desired)) {
    LogWarning(Place(entry.sysctl, entry.netns), " is '", *current, "', not the '", entry.desired,
               "' of ", entry.rollout, "; someone else wrote it, so it is left alone: ", why);
    result.state = ApplyState::kDrifted;
    return result;
  }
  if (!is_prior) {
    journal_.SetState(id, EntryState::kReverting);
    LogWrite(entry, *current, entry.prior, absl::StrCat("revert of ", entry.rollout, ": ", why));
    absl::Status written = all_.Write(entry.netns, entry.sysctl, entry.prior);
    result.effective_value = ReadCurrent(entry).value_or("");
    if (!SameSysctlValue(entry.sysctl, result.effective_value, entry.prior)) {
      result.state = ApplyState::kFailed;
      result.error = absl::StrCat(
          "putting '", entry.prior, "' back to ", Place(entry.sysctl, entry.netns),
          " failed; trying again: ",
          written.ok() ? absl::StrCat("the kernel made it '", result.effective_value, "'")
                       : std::string(written.message()));
      return result;
    }
  }
  return result;
}

absl::Status ChangeWriter::Settle(uint64_t id) {
  const JournalEntry entry = journal_.entries().at(id);
  if (entry.state == EntryState::kDrifted) return absl::OkStatus();
  absl::StatusOr<std::string> current = ReadCurrent(entry);
  if (absl::IsNotFound(current.status())) {
    LogInfo(Place(entry.sysctl, entry.netns), " of ", entry.rollout, " is gone");
    journal_.Close(id);
    return absl::OkStatus();
  }
  if (!current.ok()) return current.status();
  bool is_prior = SameSysctlValue(entry.sysctl, *current, entry.prior);
  if (entry.state != EntryState::kApplied && is_prior) {
    // The write never came, or the revert was complete.
    if (entry.persist) BERTHMASTER_RETURN_IF_ERROR(persistence_.Sync(id));
    journal_.Close(id);
  } else if (!SameSysctlValue(entry.sysctl, *current, entry.desired)) {
    LogWarning(Place(entry.sysctl, entry.netns), " is '", *current, "', not the '", entry.desired,
               "' of ", entry.rollout, "; someone else wrote it, so it is left alone");
    journal_.SetState(id, EntryState::kDrifted);
  } else if (entry.state == EntryState::kIntent) {
    journal_.SetState(id, EntryState::kApplied);
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
