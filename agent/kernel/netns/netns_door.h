#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_DOOR_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_DOOR_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/kernel/netns/netns_thread.h"
#include "common/file/file.h"

namespace berthmaster {

// The way into a namespace by its id, on a thread of its own. Holds no namespace alive between
// calls. One thread at a time.
class NetnsDoor {
 public:
  // `filter` as of IsWantedNetns(): a namespace outside it is PERMISSION_DENIED.
  explicit NetnsDoor(std::vector<std::string> filter);

  // Runs `work` inside. Before it, the cookie and the inode of the namespace that the thread is in
  // are asked of the kernel; when either differs, `work` does not run and the result is
  // FAILED_PRECONDITION. NOT_FOUND when there is no such namespace, PERMISSION_DENIED when it may
  // not be entered or may be one that could not be looked at; else what `work` returns.
  absl::Status RunInside(const NetnsId& netns, absl::FunctionRef<absl::Status()> work);

 private:
  absl::StatusOr<UniqueFd> Open(uint64_t inode);

  const std::vector<std::string> filter_;
  // Where each namespace was found last, by inode: looked at first, before /proc is scanned again.
  // Cleared when it grows past kNamespacesMax.
  std::map<uint64_t, std::string> paths_;
  NetnsThread thread_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_DOOR_H_
