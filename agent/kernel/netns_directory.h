#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_DIRECTORY_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/kernel/netns_sysctl.h"
#include "common/file/file.h"

namespace berthmaster {

// One network namespace of the host.
struct NetnsEntry {
  NetnsId id;
  // "host", the name under /run/netns, or the name of the leading process.
  std::string label;
  // {"named": "blue"}, {"process": "nginx", "pid": "4711"}
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

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_DIRECTORY_H_
