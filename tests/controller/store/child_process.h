#ifndef BERTHMASTER_TESTS_CONTROLLER_STORE_CHILD_PROCESS_H_
#define BERTHMASTER_TESTS_CONTROLLER_STORE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "common/file/file.h"

namespace berthmaster {

// A forked child that can tell its parent something and be killed. Only for a process with one
// thread. Killed and reaped at the end of its life here.
class ChildProcess {
 public:
  // The child runs `body` with the writing end of a pipe and exits.
  explicit ChildProcess(const std::function<void(int report_fd)>& body);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // The next line of the report, without its end; empty when there is no whole one more.
  std::string ReadLine();
  // SIGKILL, and waits until it is gone. What it reported can still be read.
  void Kill();

 private:
  pid_t pid_ = -1;
  UniqueFd report_;
};

// Runs `body` in a forked child with a tmpfs of `size_bytes` mounted on `directory`, which nobody
// else sees (a mount namespace of its own) and which goes with the child. Returns what `body`
// returns: nothing when all is well, else what went wrong. "SKIP: reason" when this process may not
// mount.
std::string RunOnSmallDisk(const std::string& directory, int64_t size_bytes,
                           const std::function<std::string()>& body);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_STORE_CHILD_PROCESS_H_
