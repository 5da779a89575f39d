#include "agent/tune/tuner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/tune/change_check.h"
#include "agent/tune/held_changes.h"
#include "agent/tune/refusal.h"
#include "agent/tune/sysctl_compare.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

ChangeResult Refusal(const DesiredChange& change, const absl::Status& why) {
  ChangeResult result;
  result.rollout = change.rollout;
  result.netns_cookie = change.netns_cookie;
  result.sysctl = change.change.sysctl;
  result.state = ApplyState::kRefused;
  result.error = RefusalText(why);
  return result;
}

// A controller refuses a reply with a longer text (common/wire/bounds.h), and values can be longer
// than that.
void ShortenErrors(std::vector<ChangeResult>& results) {
  constexpr size_t kErrorBytesMax = 1000;
  for (ChangeResult& result : results) {
    if (result.error.size() > kErrorBytesMax) {
      result.error.replace(kErrorBytesMax, std::string::npos, "...");
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tuner>> Tuner::Open(TunerOptions options,
                                                   TunerDependencies dependencies) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal,
                               Journal::Open(options.journal_path, options.boot_id));
  ClampDeadlines(*journal, dependencies.clock->MonotonicNow());
  std::unique_ptr<Tuner> tuner(new Tuner(std::move(options), dependencies, std::move(journal)));
  if (!tuner->enforcing()) {
    for (const std::string& limitation : tuner->Limitations()) LogWarning(limitation);
    return tuner;
  }
  tuner->persistence_.Rehome();
  for (uint64_t id : IdsOf(*tuner->journal_)) {
    if (absl::Status settled = tuner->writer_.Settle(id); !settled.ok()) {
      LogWarning("a change of an earlier run cannot be looked at yet: ", settled.message());
    }
  }
  MarkDisallowed(*tuner->journal_, tuner->allow_list_);
  tuner->SyncPersisted();
  return tuner;
}

Tuner::Tuner(TunerOptions options, TunerDependencies dependencies, std::unique_ptr<Journal> journal)
    : options_(std::move(options)),
      allow_list_(options_.allow_list),
      clock_(*dependencies.clock),
      journal_(std::move(journal)),
      preconditions_(options_.kernel_release, *dependencies.sysctls, dependencies.held_ports),
      persistence_({options_.sysctl_d_directory, options_.host_netns, options_.journal_path},
                   *dependencies.clock, *journal_),
      writer_(*dependencies.clock, *dependencies.sysctls, *dependencies.enforced_sysctls,
              preconditions_, persistence_, *journal_) {}

void Tuner::SetAllowList(AllowList allow_list) {
  allow_list_ = std::move(allow_list);
  if (enforcing()) MarkDisallowed(*journal_, allow_list_);
}

std::vector<std::string> Tuner::Limitations() const {
  if (enforcing() || journal_->entries().empty()) return {};
  return {absl::StrCat("the journal still has what this agent changed under --profile=enforce (",
                       journal_->entries().size(),
                       "), which is not reverted under --profile=observe; start it once with "
                       "--profile=enforce")};
}

std::optional<absl::Status> Tuner::RefusalOfAll(const DesiredState& desired) const {
  if (!enforcing()) {
    return Refuse("AGENT_NOT_ENFORCING",
                  "this agent runs with --profile=observe and writes nothing; start it "
                  "with --profile=enforce to let approved changes in");
  }
  if (desired.changes.size() > static_cast<size_t>(kDesiredChangesMax)) {
    return Refuse("TOO_MANY_CHANGES",
                  absl::StrCat("the desired state has ", desired.changes.size(), " changes; ",
                               kDesiredChangesMax, " are allowed"));
  }
  return std::nullopt;
}

void Tuner::SyncPersisted() {
  const absl::Status before = std::exchange(sync_status_, persistence_.Sync());
  if (!sync_status_.ok() && before.ok()) LogWarning(RefusalText(sync_status_));
}

// The values are in force all the same; what was asked for is not, and is tried again.
void Tuner::ReportUnpersisted(std::vector<ChangeResult>& results) {
  SyncPersisted();
  if (sync_status_.ok()) return;
  for (const auto& [id, entry] : journal_->entries()) {
    if (!entry.persist) continue;
    for (ChangeResult& result : results) {
      if (result.rollout != entry.rollout || result.netns_cookie != entry.netns.cookie ||
          result.sysctl != entry.sysctl || result.state != ApplyState::kApplied) {
        continue;
      }
      result.state = ApplyState::kFailed;
      result.error = RefusalText(sync_status_);
    }
  }
}

DesiredStateReply Tuner::Apply(const DesiredState& desired) {
  DesiredStateReply reply{desired.nonce, applied_revision(), {}};
  if (std::optional<absl::Status> refusal = RefusalOfAll(desired); refusal.has_value()) {
    // The reply is bounded like the push.
    size_t count = std::min(desired.changes.size(), static_cast<size_t>(kDesiredChangesMax));
    for (size_t i = 0; i < count; ++i) {
      reply.results.push_back(Refusal(desired.changes[i], *refusal));
    }
    return reply;
  }
  if (desired.revision < applied_revision()) {
    LogWarning("the controller went back from revision ", applied_revision(), " to ",
               desired.revision, "; was its database restored?");
  }
  reply.results = RevertAllBut(desired.changes);
  std::vector<absl::Status> verdicts = CheckForDuplicates(desired.changes);
  for (size_t i = 0; i < desired.changes.size(); ++i) {
    reply.results.push_back(ApplyOne(desired.changes[i], verdicts[i]));
  }
  ReportUnpersisted(reply.results);
  ShortenErrors(reply.results);
  bool is_ack = std::all_of(reply.results.begin(), reply.results.end(),
                            [](const ChangeResult& result) { return result.error.empty(); });
  if (is_ack) journal_->SetRevision(desired.revision);
  reply.revision = applied_revision();
  return reply;
}

std::vector<ChangeResult> Tuner::RevertAllBut(const std::vector<DesiredChange>& wanted) {
  std::vector<ChangeResult> results;
  for (uint64_t id : IdsOf(*journal_)) {
    const JournalEntry& entry = journal_->entries().at(id);
    bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const DesiredChange& change) {
      return IsEntryOf(entry, change);
    });
    if (is_wanted) continue;
    ChangeResult result = writer_.Revert(id, "it is no longer desired");
    if (result.state == ApplyState::kFailed) {
      retries_[id] = clock_.MonotonicNow() + kRevertRetryInterval;
      LogWarning(result.error);
    }
    results.push_back(std::move(result));
  }
  return results;
}

ChangeResult Tuner::ApplyOne(const DesiredChange& change, const absl::Status& verdict) {
  absl::Status allowed = CheckChange(change, allow_list_);
  if (allowed.ok()) allowed = verdict;
  if (allowed.ok() && change.persist) allowed = persistence_.Check(change);
  if (!allowed.ok()) {
    LogWarning("refused a change: ", RefusalText(allowed));
    return Refusal(change, allowed);
  }
  if (const JournalEntry* held = FindHeld(*journal_, change); held != nullptr) {
    if (!IsEntryOf(*held, change)) {
      return Refusal(
          change,
          Refuse("HELD_BY_ANOTHER",
                 absl::StrCat(held->rollout, " still holds ", held->sysctl,
                              " there, since its prior value could not be put back; it is tried "
                              "again, approve anew when it is back")));
    }
    // Only in the state of a crash, or of a revert that failed, is there something to settle first.
    uint64_t id = held->id;
    if (held->state == EntryState::kIntent || held->state == EntryState::kReverting) {
      if (absl::Status settled = writer_.Settle(id); !settled.ok()) {
        return Refusal(change, Unreadable(*held, settled));
      }
    }
    if (journal_->entries().count(id) != 0) return RenewHeld(change, id);
  }
  ChangeResult result = writer_.Apply(change);
  if (result.state == ApplyState::kRefused) {
    LogWarning("refused ", change.change.sysctl, " of ", change.rollout, ": ", result.error);
  }
  return result;
}

ChangeResult Tuner::RenewHeld(const DesiredChange& change, uint64_t id) {
  const JournalEntry entry = journal_->entries().at(id);
  absl::StatusOr<std::string> current = writer_.ReadCurrent(entry);
  if (absl::IsNotFound(current.status())) {
    LogInfo(entry.sysctl, " in netns ", entry.netns.cookie, " of ", entry.rollout, " is gone");
    journal_->Close(id);
  }
  // The lease is not renewed while nobody can say what the value is.
  if (!current.ok()) return Refusal(change, Unreadable(entry, current.status()));

  ChangeResult result = ResultFor(entry, ApplyState::kApplied);
  result.effective_value = *current;
  if (entry.state == EntryState::kDrifted ||
      !SameSysctlValue(entry.sysctl, *current, entry.desired)) {
    if (entry.state != EntryState::kDrifted) {
      LogWarning(entry.sysctl, " in netns ", entry.netns.cookie, " is '", *current, "', not the '",
                 entry.desired, "' of ", entry.rollout,
                 "; someone else wrote it, so it is left alone");
      journal_->SetState(id, EntryState::kDrifted);
    }
    result.state = ApplyState::kDrifted;
    return result;
  }
  if (entry.state == EntryState::kReverting) journal_->SetState(id, EntryState::kApplied);
  retries_.erase(id);
  absl::Duration lease = change.confirmed ? absl::ZeroDuration() : change.lease;
  journal_->Renew(id, change.confirmed, lease, clock_.MonotonicNow() + lease);
  const bool persist = change.persist && change.confirmed;
  if (persist == entry.persist) return result;
  if (absl::Status set = persistence_.Set(id, persist); !set.ok()) {
    result.state = ApplyState::kFailed;
    result.error = RefusalText(set);
  }
  return result;
}

std::optional<DesiredStateReply> Tuner::CheckLeases() {
  if (!enforcing() || journal_->entries().empty()) return std::nullopt;
  bool look_for_drift = clock_.MonotonicNow() >= next_drift_check_;
  if (look_for_drift) next_drift_check_ = clock_.MonotonicNow() + kDriftCheckInterval;
  DesiredStateReply report;
  for (uint64_t id : IdsOf(*journal_)) {
    std::optional<ChangeResult> result = CheckEntry(id, look_for_drift);
    if (result.has_value()) report.results.push_back(*std::move(result));
  }
  if (look_for_drift || !report.results.empty()) SyncPersisted();
  if (report.results.empty()) return std::nullopt;
  ShortenErrors(report.results);
  // The controller is to push again before it may believe that its revision is in force.
  journal_->SetRevision(0);
  return report;
}

std::optional<ChangeResult> Tuner::CheckEntry(uint64_t id, bool look_for_drift) {
  const JournalEntry entry = journal_->entries().at(id);
  bool is_over = !entry.confirmed && clock_.MonotonicNow() >= entry.deadline;
  if (entry.state == EntryState::kDrifted) {
    return std::nullopt;
  }
  if (entry.state == EntryState::kReverting || is_over) {
    return RevertOrRetryLater(id, is_over ? "its lease ran out"
                                  : IsAllowed(allow_list_, entry)
                                      ? "it is no longer desired"
                                      : "this host no longer allows it");
  }
  if (!look_for_drift) return std::nullopt;
  if (!writer_.Settle(id).ok()) return std::nullopt;
  auto found = journal_->entries().find(id);
  if (found == journal_->entries().end()) return ResultOfClosed(entry);
  if (found->second.state != EntryState::kDrifted) return std::nullopt;
  ChangeResult result = ResultFor(entry, ApplyState::kDrifted);
  result.effective_value = writer_.ReadCurrent(entry).value_or("");
  return result;
}

// Not reverted but refused where the namespace has ended: nobody took the change back.
ChangeResult Tuner::ResultOfClosed(const JournalEntry& entry) {
  ChangeResult result = ResultFor(entry, ApplyState::kReverted);
  const absl::Status current = writer_.ReadCurrent(entry).status();
  if (!absl::IsNotFound(current)) return result;
  result.state = ApplyState::kRefused;
  result.error = RefusalText(Unreadable(entry, current));
  return result;
}

std::optional<ChangeResult> Tuner::RevertOrRetryLater(uint64_t id, absl::string_view why) {
  absl::Duration now = clock_.MonotonicNow();
  auto retry = retries_.find(id);
  bool is_retry = retry != retries_.end();
  if (is_retry && now < retry->second) return std::nullopt;
  ChangeResult result = writer_.Revert(id, why);
  if (result.state != ApplyState::kFailed) {
    retries_.erase(id);
    return result;
  }
  retries_[id] = now + kRevertRetryInterval;
  if (is_retry) return std::nullopt;
  LogWarning(result.error);
  return result;
}

}  // namespace berthmaster
