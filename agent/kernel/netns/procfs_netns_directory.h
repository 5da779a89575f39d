#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_PROCFS_NETNS_DIRECTORY_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_PROCFS_NETNS_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/netns/netns_labels.h"
#include "common/clock/clock.h"

namespace berthmaster {

// In the place of SO_NETNS_COOKIE, which can be asked for inside a namespace only: a number with
// this bit, which no cookie reaches by counting. Below it: how often the inode had belonged to
// another namespace before (30 bits), and st_ino of /proc/<pid>/net/tcp (32 bits). So it is the
// same after a restart of the agent, unless the agent has seen the inode change hands. It fits the
// signed numbers of the contract.
inline constexpr uint64_t kSyntheticCookieBit = uint64_t{1} << 62;

// Finds namespaces without any capability: by st_ino of /proc/<pid>/net/tcp, which each namespace
// has for itself and everybody may look at, where /proc/<pid>/ns/net needs the right to trace. Only
// the own namespace's entry can be entered; the others are read at `proc_net_path`, and have the
// inode of /proc/<pid>/ns/net only where that may be looked at (else 0). A namespace is seen while
// a process is in it: the process that stands for it is the one with the lowest number. Namespaces
// that only a name or a descriptor holds are not found, nor any process that /proc hides (hidepid).
class ProcfsNetnsDirectory final : public NetnsDirectory {
 public:
  // `filter`: as of IsWantedNetns(), where the inode is known. `clock` must outlive it.
  ProcfsNetnsDirectory(std::vector<std::string> filter, const Clock& clock);

  absl::StatusOr<NetnsListing> List() override;

 private:
  // A namespace, and the process that stands for it.
  struct Known {
    NetnsEntry entry;
    std::string pid;
    // Field 22 of /proc/<pid>/stat: ticks from the boot to its start.
    uint64_t start_ticks = 0;
    bool is_host = false;
  };
  // By st_ino of net/tcp.
  using KnownMap = std::map<uint64_t, Known>;

  absl::Status Scan();
  // Returns how many processes may not be looked at.
  int AddOthers(KnownMap& found);
  // Adds the own namespace, or completes it.
  absl::Status AddOwn(KnownMap& found);
  uint32_t Generation(uint64_t proc_net_inode, const Known& found);
  void Complete(uint64_t proc_net_inode, Known& known);
  void SayWhatIsMissing(int refused_count);
  static bool IsWanted(const std::vector<std::string>& filter, const Known& known);

  const std::vector<std::string> filter_;
  const Clock& clock_;
  NetnsLabels labels_;
  std::optional<absl::Duration> last_scan_;
  // Those that the filter leaves out too.
  KnownMap known_;
  // By st_ino of net/tcp, of all that were ever found.
  std::map<uint64_t, uint32_t> generations_;
  std::vector<std::string> limitations_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_PROCFS_NETNS_DIRECTORY_H_
