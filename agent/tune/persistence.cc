#include "agent/tune/persistence.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/tune/refusal.h"
#include "common/status/annotate.h"

namespace berthmaster {

Persistence::Persistence(PersistenceOptions options, const Clock& clock, Journal& journal)
    : options_(std::move(options)),
      clock_(clock),
      journal_(journal),
      drop_in_(options_.directory, options_.owner) {}

absl::Status Persistence::Check(const DesiredChange& change) const {
  if (options_.directory.empty()) {
    return Refuse(
        "PERSIST_OFF",
        "this agent persists nothing; name a directory in sysctl-d-dir, or change without "
        "persisting");
  }
  const NetnsId netns = {change.netns_cookie, change.netns_inode};
  if (options_.host_netns.inode == 0 || netns != options_.host_netns) {
    return Refuse(
        "PERSIST_NOT_HOST",
        absl::StrCat("netns ", netns.cookie, " (inode ", netns.inode,
                     ") is not the host's own, or the agent cannot tell; only that one is "
                     "there after a reboot, so change this one without persisting"));
  }
  return drop_in_.Check();
}

bool Persistence::IsHome(const JournalEntry& entry) const {
  return !entry.persist || options_.host_netns.inode != 0;
}

void Persistence::Rehome() {
  std::vector<uint64_t> moved;
  for (const auto& [id, entry] : journal_.entries()) {
    if (entry.persist && entry.netns != options_.host_netns) moved.push_back(id);
  }
  if (options_.host_netns.inode == 0) return;
  for (uint64_t id : moved) journal_.SetNetns(id, options_.host_netns);
}

absl::Status Persistence::Sync(std::optional<uint64_t> without) const {
  if (options_.directory.empty()) return absl::OkStatus();
  std::vector<DropInLine> lines;
  for (const auto& [id, entry] : journal_.entries()) {
    if (!entry.persist || !entry.confirmed || entry.state != EntryState::kApplied) continue;
    if (id == without) continue;
    lines.push_back({entry.sysctl, entry.desired, entry.rollout, entry.prior});
  }
  return drop_in_.Bring(lines, clock_.SystemNow());
}

absl::Status Persistence::Set(uint64_t id, bool persist) {
  if (!persist) BERTHMASTER_RETURN_IF_ERROR(Sync(id));
  absl::Status journaled = journal_.SetPersist(id, persist);
  if (!journaled.ok()) {
    return Refuse(
        "JOURNAL_UNWRITABLE",
        absl::StrCat("the journal cannot be written, so the change is not persisted; make "
                     "room in the agent's state directory: ",
                     journaled.message()));
  }
  return Sync();
}

}  // namespace berthmaster
