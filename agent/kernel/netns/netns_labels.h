#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_LABELS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_LABELS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "agent/kernel/netns/netns_scan.h"
#include "agent/kernel/netns/pod_logs.h"

namespace berthmaster {

// What a namespace is called: NetnsEntry::label and labels.
struct NetnsDescription {
  std::string label;
  std::map<std::string, std::string> labels;
};

// What was read about a leading process is believed for this many scans, unless another leads: a
// process may execute another program, a pod's log directory may come after its first process.
inline constexpr uint32_t kDescriptionScans = 8;

// Finds out what namespaces are called: from the name and cgroup of the leading process and from
// /var/log/pods. Remembers it, so that a namespace that stays costs nothing in most scans. One
// thread.
class NetnsLabels {
 public:
  // `proc` is the mount of procfs.
  explicit NetnsLabels(PodLogs pod_logs = PodLogs(), std::string proc = "/proc");

  // To be called once before the Describe() of each scan; forgets what the last scan did not ask
  // for.
  void StartScan();

  // Never fails: what cannot be read, because the process has ended or may not be looked at, is
  // absent. Valid until the next StartScan().
  const NetnsDescription& Describe(uint64_t inode, const FoundNetns& found);

 private:
  struct Remembered {
    FoundNetns found;
    NetnsDescription description;
    // Numbers of scans.
    uint32_t described = 0;
    uint32_t asked = 0;
  };
  NetnsDescription MakeDescription(const FoundNetns& found) const;

  const std::string proc_;
  PodLogs pod_logs_;
  uint32_t scan_number_ = 0;
  // By inode.
  absl::flat_hash_map<uint64_t, Remembered> remembered_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_LABELS_H_
