#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_SCAN_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_SCAN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/file/file.h"

namespace berthmaster {

// More namespaces than a host has pods, by an order of magnitude; also what a sample may hold
// (common/wire/bounds.h).
inline constexpr int kNamespacesMax = 4096;

// A namespace that was found, not yet opened.
struct FoundNetns {
  // Where: /run/netns/blue, /proc/1/ns/net.
  std::string path;
  std::string label;
  std::map<std::string, std::string> labels;
  // Whether it is the host's; the label alone does not tell, a process may be called host too.
  bool is_host = false;
};

struct NetnsScan {
  // By inode.
  std::map<uint64_t, FoundNetns> found;
  // What could not be looked at and the remedy, for a person.
  std::vector<std::string> limitations;
};

// Looks at /run/netns and at /proc/*/ns/net. The label is "host" for the namespace of process 1
// (for the own one when that of process 1 may not be looked at), else the name under /run/netns,
// else the name of the process with the lowest number in it.
NetnsScan ScanNetns();

// Whether `filter` is empty or names the namespace: by its name under /run/netns, by its inode in
// decimal, or the host's as "host".
bool IsWantedNetns(const std::vector<std::string>& filter, uint64_t inode, const FoundNetns& found);

// Opens the namespace at `path`. NOT_FOUND when it is gone or another one is there by now.
absl::StatusOr<UniqueFd> OpenNetns(const std::string& path, uint64_t inode);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_SCAN_H_
