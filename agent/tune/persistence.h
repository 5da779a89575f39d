#ifndef BERTHMASTER_AGENT_TUNE_PERSISTENCE_H_
#define BERTHMASTER_AGENT_TUNE_PERSISTENCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/tune/journal.h"
#include "agent/tune/sysctl_drop_in.h"
#include "common/clock/clock.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

struct PersistenceOptions {
  // Of sysctl.d(5); nothing is persisted while it is empty.
  std::string directory;
  // The namespace that process 1 is in; zeros when it is not known.
  NetnsId host_netns;
  // The path of the journal.
  std::string owner;
};

// Keeps the drop-in file as the journal has it: a line for each change that is persisted, confirmed
// and in force. The journal is on the disk before the line is, and the line is gone before the
// journal forgets it, so that after any crash and any reboot every line has its prior value. One
// thread; what it is given must outlive it.
class Persistence {
 public:
  Persistence(PersistenceOptions options, const Clock& clock, Journal& journal);

  // Whether `change`, which asks for it, may be persisted. Refused as PERSIST_OFF, PERSIST_NOT_HOST
  // or as SysctlDropIn::Check().
  absl::Status Check(const DesiredChange& change) const;

  // After a reboot the host's namespace may have another id: persisted entries get that of now.
  void Rehome();

  // Whether the namespace of `entry` is known in this boot.
  bool IsHome(const JournalEntry& entry) const;

  // Brings the file to what the journal has, but for entry `without`, which is about to be closed.
  // Refused as SysctlDropIn::Bring().
  absl::Status Sync(std::optional<uint64_t> without = std::nullopt) const;

  // Has the held entry `id` persisted, or no longer. JOURNAL_UNWRITABLE or as Sync().
  absl::Status Set(uint64_t id, bool persist);

 private:
  const PersistenceOptions options_;
  const Clock& clock_;
  Journal& journal_;
  const SysctlDropIn drop_in_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_PERSISTENCE_H_
