#ifndef BERTHMASTER_TESTS_KERNEL_MOUNTED_NETNS_H_
#define BERTHMASTER_TESTS_KERNEL_MOUNTED_NETNS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_sysctl.h"

namespace berthmaster {

// A network namespace of the test's own, bind-mounted on a file and held by nothing else: it is
// gone, soon, when the mount is. Nothing runs in it; lo is down.
class MountedNetns {
 public:
  // On a new file `path`, for which the directory is made if need be. ALREADY_EXISTS when there is
  // one.
  static absl::StatusOr<std::unique_ptr<MountedNetns>> Make(const std::string& path);
  ~MountedNetns();
  MountedNetns(const MountedNetns&) = delete;
  MountedNetns& operator=(const MountedNetns&) = delete;

  const std::string& path() const { return path_; }
  const NetnsId& id() const { return id_; }

 private:
  MountedNetns() = default;

  std::string path_;
  NetnsId id_;
};

// What a process of the test's own is to be.
struct ChildOptions {
  std::string name = "bmchild";
  // Not empty: in a mount namespace of its own it bind-mounts a network namespace on this new file,
  // and is in the test's network namespace itself; else it is in the new one.
  std::string mount_path;
};

// A process that makes a network namespace and waits, until the object goes.
class ChildInNetns {
 public:
  explicit ChildInNetns(const ChildOptions& options = ChildOptions());
  ~ChildInNetns();
  ChildInNetns(const ChildInNetns&) = delete;
  ChildInNetns& operator=(const ChildInNetns&) = delete;

  pid_t pid() const { return pid_; }
  // Of the namespace that it made.
  uint64_t inode() const { return inode_; }
  // Stops it (SIGSTOP), and waits until it is stopped.
  void Pause();
  // Ends it and leaves it a zombie.
  void MakeZombie();

 private:
  pid_t pid_ = -1;
  uint64_t inode_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_MOUNTED_NETNS_H_
