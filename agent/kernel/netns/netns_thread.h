#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_THREAD_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_THREAD_H_

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/file/file.h"

namespace berthmaster {

// A network namespace that can be entered. The descriptor keeps the namespace alive, and so its
// inode from being used again.
struct NetnsHandle {
  // Of the namespace's file in nsfs; not owned.
  int fd = -1;
  // Its st_ino.
  uint64_t inode = 0;
};

// Enters the namespace on the calling thread, checks that the inode of /proc/thread-self/ns/net is
// the expected one, runs `work`, and goes back. Fails closed: `work` does not run unless the check
// passed. Other threads are not affected. NOT_FOUND when there is no such namespace,
// PERMISSION_DENIED without CAP_SYS_ADMIN, FAILED_PRECONDITION when the inode differs, INTERNAL
// when the way back fails (the thread is to be given up then); else what `work` returns. To be
// called on a thread of one's own: between entering and leaving, everything the thread does happens
// in that namespace.
absl::Status RunInNetns(const NetnsHandle& netns, absl::FunctionRef<absl::Status()> work);

// The inode of the network namespace that the calling thread is in.
absl::StatusOr<uint64_t> CurrentNetnsInode();

// SO_NETNS_COOKIE of the network namespace that the calling thread is in; UNIMPLEMENTED on kernels
// before 5.14.
absl::StatusOr<uint64_t> CurrentNetnsCookie();

// A thread for work that enters namespaces, so that no other thread of the process is ever in a
// foreign one.
class NetnsThread {
 public:
  NetnsThread();
  // Waits for the running work.
  ~NetnsThread();
  NetnsThread(const NetnsThread&) = delete;
  NetnsThread& operator=(const NetnsThread&) = delete;

  // Runs `work` on the thread and returns its result; blocks until then. Any thread; one piece of
  // work at a time. `work` must not call Run() itself.
  absl::Status Run(absl::FunctionRef<absl::Status()> work);

 private:
  void Loop();

  absl::Mutex mutex_;
  absl::FunctionRef<absl::Status()>* work_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool is_busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_done_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status result_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_NETNS_THREAD_H_
