#include "tests/kernel/mounted_netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kOwnNetns[] = "/proc/thread-self/ns/net";

absl::Status MountOwn(const std::string& path) {
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file.valid()) return ErrnoStatus(errno, path);
  if (mount(kOwnNetns, path.c_str(), "none", MS_BIND, nullptr) != 0) {
    const int error_number = errno;
    unlink(path.c_str());
    return ErrnoStatus(error_number, absl::StrCat("mount ", path));
  }
  return absl::OkStatus();
}

// In the child, which has one thread. Whether all went well.
bool BecomeWhatIsAsked(const ChildOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, options.name.c_str());
  if (options.mount_path.empty()) return unshare(CLONE_NEWNET) == 0;
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         unshare(CLONE_NEWNET) == 0 && MountOwn(options.mount_path).ok();
}

}  // namespace

absl::StatusOr<std::unique_ptr<MountedNetns>> MountedNetns::Make(const std::string& path) {
  std::unique_ptr<MountedNetns> netns(new MountedNetns());
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  absl::Status status;
  std::thread maker([&] {
    if (unshare(CLONE_NEWNET) != 0) {
      status = ErrnoStatus(errno, "unshare(CLONE_NEWNET)");
      return;
    }
    absl::StatusOr<uint64_t> cookie = CurrentNetnsCookie();
    absl::StatusOr<uint64_t> inode = CurrentNetnsInode();
    status = cookie.status();
    status.Update(inode.status());
    if (!status.ok()) return;
    netns->id_ = {*cookie, *inode};
    status = MountOwn(path);
  });
  maker.join();
  BERTHMASTER_RETURN_IF_ERROR(status);
  netns->path_ = path;
  return netns;
}

MountedNetns::~MountedNetns() {
  if (path_.empty()) return;
  umount2(path_.c_str(), MNT_DETACH);
  unlink(path_.c_str());
}

ChildInNetns::ChildInNetns(const ChildOptions& options) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) {
    const absl::StatusOr<uint64_t> home_inode = CurrentNetnsInode();
    UniqueFd home(open(kOwnNetns, O_RDONLY | O_CLOEXEC));
    if (!home_inode.ok() || !BecomeWhatIsAsked(options)) _exit(1);
    const absl::StatusOr<uint64_t> inode = CurrentNetnsInode();
    if (!inode.ok() || *inode == *home_inode) _exit(1);
    if (!options.mount_path.empty() && setns(home.get(), CLONE_NEWNET) != 0) _exit(1);
    if (write(ready[1], &*inode, sizeof(*inode)) != sizeof(*inode)) _exit(1);
    while (true) pause();
  }
  close(ready[1]);
  if (read(ready[0], &inode_, sizeof(inode_)) != sizeof(inode_)) std::abort();
  close(ready[0]);
}

ChildInNetns::~ChildInNetns() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildInNetns::Pause() {
  kill(pid_, SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

void ChildInNetns::MakeZombie() {
  kill(pid_, SIGKILL);
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
}

}  // namespace berthmaster
