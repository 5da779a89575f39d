#ifndef BERTHMASTER_AGENT_TUNE_CHANGE_WRITER_H_
#define BERTHMASTER_AGENT_TUNE_CHANGE_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/tune/journal.h"
#include "agent/tune/persistence.h"
#include "agent/tune/preconditions.h"
#include "common/clock/clock.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// The effects of tuning: one change into the kernel and out again, with the journal in between.
// Every write of a kernel value passes here and is logged. One thread; what it is given must
// outlive it.
class ChangeWriter {
 public:
  // `enforced` reaches the namespaces in which this agent may make changes; `all` also the others,
  // to take back what was made there when the agent was allowed to. They may be the same.
  ChangeWriter(const Clock& clock, NetnsSysctl& all, NetnsSysctl& enforced,
               Preconditions& preconditions, Persistence& persistence, Journal& journal)
      : clock_(clock),
        all_(all),
        enforced_(enforced),
        preconditions_(preconditions),
        persistence_(persistence),
        journal_(journal) {}

  // Makes a change that has passed CheckChange() and is not in the journal: compares with the
  // expected value, checks what the new value would meet in that namespace, journals, compares once
  // more, writes, reads back. APPLIED, REFUSED (nothing was written) or FAILED (the prior value is
  // in force, or stays in the journal to be put back).
  ChangeResult Apply(const DesiredChange& change);

  // Puts the prior value of entry `id` back, takes its line out of the drop-in file and closes it:
  // REVERTED. Where somebody else wrote
  // another value it is left alone and the entry closed: DRIFTED. A namespace that is gone closes
  // it too: REVERTED without a value. When the kernel or the file refuses, the entry stays: FAILED,
  // to be tried again.
  ChangeResult Revert(uint64_t id, absl::string_view why);

  // Settles an entry that a crash left between states, by what the kernel has now: it becomes
  // kApplied or kDrifted, or is closed. An error means that the value could not be read and the
  // entry is as it was.
  absl::Status Settle(uint64_t id);

  // The value that the kernel has for `entry`, normalised.
  absl::StatusOr<std::string> ReadCurrent(const JournalEntry& entry);

 private:
  ChangeResult PutBack(uint64_t id, absl::string_view why);
  ChangeResult WriteJournaled(uint64_t id, ChangeResult result);
  ChangeResult RestoreAfterFailure(uint64_t id, absl::string_view why, ChangeResult result);

  const Clock& clock_;
  NetnsSysctl& all_;
  NetnsSysctl& enforced_;
  Preconditions& preconditions_;
  Persistence& persistence_;
  Journal& journal_;
};

// The refusal of a change whose value could not be read: NETNS_GONE (NOT_FOUND),
// KERNEL_HAS_NO_SYSCTL (UNIMPLEMENTED) or VALUE_UNREADABLE.
absl::Status Unreadable(const JournalEntry& entry, const absl::Status& why);

// A result for `entry` in `state`, without a value or an error.
ChangeResult ResultFor(const JournalEntry& entry, ApplyState state);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_CHANGE_WRITER_H_
