#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_SOCKET_OWNERS_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_SOCKET_OWNERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "agent/kernel/cgroup_ids.h"
#include "agent/kernel/proc_directory.h"
#include "agent/kernel/sockets/socket_owners.h"

namespace berthmaster {

struct SocketOwnersOptions {
  // Files looked at in one call of Find(): some 1.6 us each (netns_scan_bench), so 7 ms at most. A
  // host with 100,000 open files is gone through in 25 calls.
  int files_per_call_max = 4096;
  // The mount of procfs.
  std::string proc = "/proc";
};

// A socket that is not asked for in this many calls is forgotten.
inline constexpr uint32_t kForgetCalls = 32;
// A process's name and cgroup are read again after this many calls. One with another name is not
// believed to own what it owned.
inline constexpr uint32_t kOwnerCalls = 8;
// A socket that is not found in this many whole rounds is not looked for any more: the kernel's
// own, or that of a process in a foreign pid namespace.
inline constexpr uint32_t kSearchRounds = 2;
// Sockets that are looked for and remembered at most.
inline constexpr size_t kSocketsOwnedMax = size_t{1} << 16;

// Looks for sockets in /proc/<pid>/fd. What was found is remembered for as long as it is asked for,
// so that nothing is looked for in a host at rest. What is still wanted is looked for first in the
// processes that own sockets already, since a client of many connections makes the next one too;
// half of the budget is for them. The rest goes round all processes, continuing in the next call
// where the last one ended, in the middle of a process with many files too. A socket that several
// processes hold is that of the one seen first.
class LinuxSocketOwners final : public SocketOwners {
 public:
  explicit LinuxSocketOwners(SocketOwnersOptions options = SocketOwnersOptions());

  absl::StatusOr<absl::flat_hash_map<uint32_t, ProcessId>> Find(
      const absl::flat_hash_set<uint32_t>& inodes) override;

  std::string CgroupPath(uint64_t cgroup_id) override { return cgroup_ids_.PathOf(cgroup_id); }

 private:
  struct Wanted {
    // 0 until it is found.
    int32_t pid = 0;
    // Number of the round in which it was asked for first.
    uint32_t first_round = 0;
    // Number of the call that asked last.
    uint32_t asked = 0;
  };
  struct Owner {
    ProcessId id;
    // Number of the call that read `id`.
    uint32_t read = 0;
  };
  // A process whose files are being looked at.
  struct OpenProcess {
    int32_t pid = 0;
    Directory files;
  };
  // One call of Find().
  struct Search {
    int budget = 0;
    // Sockets still to be found.
    size_t left = 0;
    // Processes other than this one.
    int looked_count = 0;
    int refused_count = 0;
    bool is_done() const { return budget <= 0 || left == 0; }
  };

  Search StartSearch(const absl::flat_hash_set<uint32_t>& inodes);
  void SearchOwners(Search& search);
  void SearchAll(Search& search);
  bool StartRound();
  OpenProcess Open(int32_t pid, Search& search);
  // Looks at files until they end or the search is done. Whether they ended.
  bool LookThrough(OpenProcess& process, Search& search);
  void TakeSocket(uint32_t inode, int32_t pid, Search& search);
  // Null when the process is gone.
  const ProcessId* ReadOwner(int32_t pid);
  void Disown(int32_t pid);
  void ForgetUnasked();

  const SocketOwnersOptions options_;
  CgroupIds cgroup_ids_;
  uint32_t call_number_ = 0;
  // By inode.
  absl::flat_hash_map<uint32_t, Wanted> wanted_;
  // By pid.
  absl::flat_hash_map<int32_t, Owner> owners_;
  // The owner at which the last call stopped looking for more of its sockets.
  int32_t last_owner_ = 0;
  // The round through all processes: its number, its list, where in it, and the files of the
  // process there.
  uint32_t round_number_ = 0;
  std::vector<int32_t> round_;
  size_t round_position_ = 0;
  OpenProcess current_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_SOCKET_OWNERS_H_
