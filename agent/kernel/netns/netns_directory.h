#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_DIRECTORY_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "common/file/file.h"

namespace berthmaster {

// More namespaces than a host has pods, by an order of magnitude; also what a sample may hold
// (common/wire/bounds.h).
inline constexpr int kNamespacesMax = 4096;

// One network namespace of the host.
struct NetnsEntry {
  NetnsId id;
  // For a person, the first that is known of: "host"; of a pod "namespace/pod", or "pod UID" where
  // its name is not known; the name under /run/netns; of another container its name, or the first
  // 12 digits of its id; the systemd unit; the name of the leading process; where it is mounted.
  std::string label;
  // Absent where not known; from outside, so printable ASCII of at most 253 bytes each:
  //   named          the name under /run/netns
  //   mount          where it is bind-mounted otherwise, as the agent sees it
  //   pid, process   the leading process (that with the lowest number) and its name
  //   pod_uid        of the Kubernetes pod that the leading process belongs to
  //   pod_namespace, pod   its namespace and name (/var/log/pods)
  //   container_id   of the leading process's container; in a pod often the sandbox (pause)
  //   container      its name where the path of its cgroup has one; of a pod the names of its
  //                  containers, "app,sidecar", the first few
  //   runtime        containerd, cri-o, docker, podman, lxc, nspawn
  //   unit           the systemd unit of the leading process, inside its container if it is in one
  std::map<std::string, std::string> labels;
  // Keeps the namespace alive and enterable for as long as the entry lives; shared, so that an
  // entry is cheap to copy. Null for a namespace that may be looked at but not entered.
  std::shared_ptr<const UniqueFd> fd;
  // A directory with the namespace's files of /proc/net ("/proc/4711/net"), for sources that read
  // there and enter nothing; empty where only `fd` leads in.
  std::string proc_net_path;
  // st_ino of "tcp" there, which no other namespace has at the same time: the process may have gone
  // to another one, or its number to another process.
  uint64_t proc_net_inode = 0;
};

struct NetnsListing {
  std::vector<NetnsEntry> entries;
  // What could not be looked at and the remedy, for a person.
  std::vector<std::string> limitations;
};

// Knows the network namespaces of the host.
class NetnsDirectory {
 public:
  virtual ~NetnsDirectory() = default;

  // The namespaces that exist now, each once. One thread. An error means that not even the own
  // namespace can be seen.
  virtual absl::StatusOr<NetnsListing> List() = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_DIRECTORY_H_
