#ifndef BERTHMASTER_AGENT_TUNE_TUNER_H_
#define BERTHMASTER_AGENT_TUNE_TUNER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/kernel/sockets/held_ports.h"
#include "agent/tune/allow_list.h"
#include "agent/tune/change_writer.h"
#include "agent/tune/journal.h"
#include "agent/tune/persistence.h"
#include "agent/tune/preconditions.h"
#include "common/clock/clock.h"
#include "common/protocol/desired_state.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// How often held values are compared with the kernel's: a drift is seen within this, for one read
// of each change.
inline constexpr absl::Duration kDriftCheckInterval = absl::Seconds(10);
// How long after a failed revert it is tried again: soon enough for a lease, rare enough for the
// log.
inline constexpr absl::Duration kRevertRetryInterval = absl::Seconds(5);

struct TunerOptions {
  // kObserve: every change is refused and the kernel is never written, not even to revert.
  AgentProfile profile = AgentProfile::kObserve;
  AllowList allow_list = AllowList();
  std::string journal_path;
  // As of uname(2); while it is empty, every change is refused.
  std::string kernel_release;
  // Where values that are to outlive a reboot are kept, of sysctl.d(5); empty: nothing is.
  std::string sysctl_d_directory;
  // The namespace of process 1; zeros when it is not known, and then nothing is persisted.
  NetnsId host_netns;
  // Of this boot; values of an earlier one are gone. Empty when not known.
  std::string boot_id;
};

struct TunerDependencies {
  // All must outlive the tuner.
  const Clock* clock = nullptr;
  // Reaches every namespace of the host: to read, and to take back what was changed.
  NetnsSysctl* sysctls = nullptr;
  // Reaches the namespaces in which changes may be made; the same as `sysctls` when all may.
  NetnsSysctl* enforced_sysctls = nullptr;
  // Without it, changes of ports are refused.
  HeldPortsReader* held_ports = nullptr;
};

// The last guard: brings the host's sysctls to a desired state within what this host allows, and
// takes back what is no longer wanted or no longer renewed. One thread; calls block for as long as
// the sysctl files and the journal's disk take.
class Tuner {
 public:
  // Opens the journal and settles what an earlier run of the agent left; what the allow-list no
  // longer has is reverted by the next CheckLeases(). DATA_LOSS for a damaged journal.
  static absl::StatusOr<std::unique_ptr<Tuner>> Open(TunerOptions options,
                                                     TunerDependencies dependencies);

  // Brings about `desired`: first reverts what is not in it, then applies or renews what is, in
  // order. The reply carries its nonce, one result for each reverted change and then one for each
  // change of `desired`. Its revision is that of `desired` when no result has an error, else the
  // one that was in force before.
  DesiredStateReply Apply(const DesiredState& desired);

  // Does what time asks for: reverts changes whose lease ran out, tries failed reverts again, looks
  // for drift. What happened, as a reply with nonce 0; nothing when nothing did. To be called at
  // least once a second.
  std::optional<DesiredStateReply> CheckLeases();

  // Takes another allow-list for the writes from now on. What is in force and not allowed any more
  // is reverted by the next CheckLeases().
  void SetAllowList(AllowList allow_list);

  // The revision in force; 0 when there is none, and after something of it was reverted or drifted
  // without a push.
  int64_t applied_revision() const { return journal_->revision(); }

  // What a person should know, for the host's limitations: changes that stay because the profile
  // does not let them be reverted.
  std::vector<std::string> Limitations() const;

 private:
  Tuner(TunerOptions options, TunerDependencies dependencies, std::unique_ptr<Journal> journal);

  bool enforcing() const { return options_.profile == AgentProfile::kEnforce; }
  void SyncPersisted();
  void ReportUnpersisted(std::vector<ChangeResult>& results);
  std::optional<absl::Status> RefusalOfAll(const DesiredState& desired) const;
  std::vector<ChangeResult> RevertAllBut(const std::vector<DesiredChange>& wanted);
  ChangeResult ApplyOne(const DesiredChange& change, const absl::Status& verdict);
  ChangeResult RenewHeld(const DesiredChange& change, uint64_t id);
  std::optional<ChangeResult> CheckEntry(uint64_t id, bool look_for_drift);
  ChangeResult ResultOfClosed(const JournalEntry& entry);
  std::optional<ChangeResult> RevertOrRetryLater(uint64_t id, absl::string_view why);

  const TunerOptions options_;
  AllowList allow_list_;
  const Clock& clock_;
  const std::unique_ptr<Journal> journal_;
  Preconditions preconditions_;
  Persistence persistence_;
  ChangeWriter writer_;
  // When each entry whose revert failed is due again, by id; it was reported when it failed first.
  std::map<uint64_t, absl::Duration> retries_;
  absl::Duration next_drift_check_;
  // Why the drop-in file is not as the journal has it; OK while it is.
  absl::Status sync_status_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_TUNER_H_
