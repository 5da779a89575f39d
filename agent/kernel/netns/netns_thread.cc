#include "agent/kernel/netns/netns_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kOwnNetns[] = "/proc/thread-self/ns/net";

#ifndef SO_NETNS_COOKIE
constexpr int SO_NETNS_COOKIE = 71;  // include/uapi/asm-generic/socket.h, Linux 5.14
#endif

absl::Status Enter(const NetnsHandle& netns) {
  if (setns(netns.fd, CLONE_NEWNET) == 0) return absl::OkStatus();
  const int error_number = errno;
  return Annotate(
      ErrnoStatus(error_number, "setns"),
      absl::StrCat("enter network namespace ", netns.inode,
                   error_number == EPERM ? " (run the agent as root with CAP_SYS_ADMIN)" : ""));
}

}  // namespace

absl::StatusOr<uint64_t> CurrentNetnsInode() {
  struct stat info;
  if (stat(kOwnNetns, &info) != 0) return ErrnoStatus(errno, kOwnNetns);
  return info.st_ino;
}

absl::StatusOr<uint64_t> CurrentNetnsCookie() {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) fd = UniqueFd(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "make a socket for the cookie of the namespace");
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0) return cookie;
  if (errno == ENOPROTOOPT) {
    return absl::UnimplementedError(
        "this kernel has no SO_NETNS_COOKIE; Berthmaster needs Linux 5.14 or later");
  }
  return ErrnoStatus(errno, "SO_NETNS_COOKIE");
}

absl::Status RunInNetns(const NetnsHandle& netns, absl::FunctionRef<absl::Status()> work) {
  BERTHMASTER_ASSIGN_OR_RETURN(const uint64_t home_inode, CurrentNetnsInode());
  // Without a change of namespace there is nothing to need a privilege for.
  if (home_inode == netns.inode) return work();
  UniqueFd home(open(kOwnNetns, O_RDONLY | O_CLOEXEC));
  if (!home.valid()) return ErrnoStatus(errno, absl::StrCat("open ", kOwnNetns));
  BERTHMASTER_RETURN_IF_ERROR(Enter(netns));

  absl::StatusOr<uint64_t> inode = CurrentNetnsInode();
  absl::Status result;
  if (!inode.ok()) {
    result = inode.status();
  } else if (*inode != netns.inode) {
    result =
        absl::FailedPreconditionError(absl::StrCat("entered network namespace ", *inode, " where ",
                                                   netns.inode, " was meant; nothing was done"));
  } else {
    result = work();
  }

  if (setns(home.get(), CLONE_NEWNET) != 0) {
    return absl::InternalError(absl::StrCat("the way back from network namespace ", netns.inode,
                                            " failed: ", ErrnoStatus(errno, "setns").message(),
                                            "; this thread is not to be used any more"));
  }
  return result;
}

NetnsThread::NetnsThread() : thread_([this] { Loop(); }) {}

NetnsThread::~NetnsThread() {
  {
    absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
  }
  thread_.join();
}

absl::Status NetnsThread::Run(absl::FunctionRef<absl::Status()> work) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](NetnsThread* self) ABSL_NO_THREAD_SAFETY_ANALYSIS { return !self->is_busy_; }, this));
  is_busy_ = true;
  is_done_ = false;
  work_ = &work;
  mutex_.Await(absl::Condition(&is_done_));
  is_busy_ = false;
  return std::move(result_);
}

void NetnsThread::Loop() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    mutex_.Await(absl::Condition(
        +[](NetnsThread* self) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          return self->is_stopping_ || self->work_ != nullptr;
        },
        this));
    if (work_ == nullptr) return;
    absl::FunctionRef<absl::Status()>* work = work_;
    work_ = nullptr;
    mutex_.Unlock();
    absl::Status result = (*work)();
    mutex_.Lock();
    result_ = std::move(result);
    is_done_ = true;
  }
}

}  // namespace berthmaster
