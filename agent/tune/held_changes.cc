#include "agent/tune/held_changes.h"

#include "agent/tune/sysctl_compare.h"
#include "common/log/log.h"

namespace berthmaster {

std::vector<uint64_t> IdsOf(const Journal& journal) {
  std::vector<uint64_t> ids;
  for (const auto& [id, entry] : journal.entries()) ids.push_back(id);
  return ids;
}

bool IsEntryOf(const JournalEntry& entry, const DesiredChange& change) {
  return entry.rollout == change.rollout && entry.netns.cookie == change.netns_cookie &&
         entry.netns.inode == change.netns_inode && entry.sysctl == change.change.sysctl &&
         SameSysctlValue(entry.sysctl, entry.desired, change.change.desired_value);
}

const JournalEntry* FindHeld(const Journal& journal, const DesiredChange& change) {
  for (const auto& [id, entry] : journal.entries()) {
    if (entry.netns.cookie == change.netns_cookie && entry.sysctl == change.change.sysctl) {
      return &entry;
    }
  }
  return nullptr;
}

void ClampDeadlines(Journal& journal, absl::Duration now) {
  for (uint64_t id : IdsOf(journal)) {
    const JournalEntry entry = journal.entries().at(id);
    if (entry.confirmed || entry.deadline <= now + entry.lease) continue;
    journal.Renew(id, false, entry.lease, now + entry.lease);
  }
}

bool IsAllowed(const AllowList& allow_list, const JournalEntry& entry) {
  return allow_list.Check(entry.sysctl, entry.desired).ok();
}

void MarkDisallowed(Journal& journal, const AllowList& allow_list) {
  for (uint64_t id : IdsOf(journal)) {
    const JournalEntry& entry = journal.entries().at(id);
    if (entry.state == EntryState::kDrifted || IsAllowed(allow_list, entry)) continue;
    LogWarning(entry.sysctl, " in netns ", entry.netns.cookie, " of ", entry.rollout,
               " is not on this host's allow-list any more; its prior value is put back");
    journal.SetState(id, EntryState::kReverting);
  }
}

}  // namespace berthmaster
