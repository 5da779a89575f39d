#ifndef BERTHMASTER_AGENT_TUNE_HELD_CHANGES_H_
#define BERTHMASTER_AGENT_TUNE_HELD_CHANGES_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "agent/tune/allow_list.h"
#include "agent/tune/journal.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// Questions to the journal, and rules over all of its entries.

// In the order in which they were made; entries may be closed while one goes through them.
std::vector<uint64_t> IdsOf(const Journal& journal);

// Whether `entry` is what `change` asks for. The content is part of it: another value is another
// change.
bool IsEntryOf(const JournalEntry& entry, const DesiredChange& change);

// The entry of the sysctl of `change` in its namespace, whoever made it; null when there is none.
const JournalEntry* FindHeld(const Journal& journal, const DesiredChange& change);

// A lease may have been shortened by a restart or lengthened by a clock of another boot, but never
// beyond what was granted.
void ClampDeadlines(Journal& journal, absl::Duration now);

bool IsAllowed(const AllowList& allow_list, const JournalEntry& entry);

// Has every entry that is not allowed reverted: what is in force is kReverting from now on. What
// drifted is somebody else's value by now and stays as it is.
void MarkDisallowed(Journal& journal, const AllowList& allow_list);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_HELD_CHANGES_H_
