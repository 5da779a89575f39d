#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_SCAN_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_SCAN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/netns/netns_mounts.h"
#include "agent/kernel/netns/process_netns.h"
#include "common/file/file.h"

namespace berthmaster {

// Ways to a namespace that are remembered: a mount may be hidden below another, a process may end.
inline constexpr size_t kNetnsPathsMax = 4;

// A namespace that was found, not yet opened.
struct FoundNetns {
  // Where it may be opened: /run/netns/blue, /proc/4711/ns/net. At least one.
  std::vector<std::string> paths;
  // As it was found, not clean. Empty, or 0: found in another way.
  std::string named;
  std::string mount;
  int32_t leading_pid = 0;
  // Whether it is the host's; no name tells, a process may be called host too.
  bool is_host = false;
  friend bool operator==(const FoundNetns&, const FoundNetns&) = default;
};

struct NetnsScan {
  // By inode; at most kNamespacesMax.
  std::map<uint64_t, FoundNetns> found;
  // What could not be looked at and the remedy, for a person.
  std::vector<std::string> limitations;
  // Whether a namespace that was seen before may be missing from `found` though it exists: there
  // are more than are looked at, or the agent has no CAP_SYS_PTRACE to look with.
  bool is_partial = false;
};

// Looks for network namespaces: those of processes (ProcessNetns) and those bind-mounted anywhere
// in the mount namespace of the agent or of process 1 (NetnsMounts), so in /run/netns and in
// /run/docker/netns. Those held only by an open descriptor, or by a thread that left its process's
// namespace, are not found. Remembers what makes the next look cheap. One thread.
class NetnsScanner {
 public:
  NetnsScanner();
  // `pid` takes the place of process 1.
  explicit NetnsScanner(int32_t pid);

  NetnsScan Scan();

 private:
  const std::string first_process_;
  ProcessNetns processes_;
  NetnsMounts mounts_;
  // Of process 1, where its mount namespace is another than the agent's.
  std::unique_ptr<NetnsMounts> first_mounts_;
};

// One look of a fresh scanner.
NetnsScan ScanNetns();

// Whether `filter` is empty or names the namespace: by its name under /run/netns, by its inode in
// decimal, or the host's as "host".
bool IsWantedNetns(const std::vector<std::string>& filter, uint64_t inode, const FoundNetns& found);

// Opens the namespace at `path`, and nothing that is no network namespace, not even for a moment.
// NOT_FOUND when it is gone or another one is there by now.
absl::StatusOr<UniqueFd> OpenNetns(const std::string& path, uint64_t inode);

// The same at the first of its paths where it is.
absl::StatusOr<UniqueFd> OpenNetns(const FoundNetns& found, uint64_t inode);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_SCAN_H_
