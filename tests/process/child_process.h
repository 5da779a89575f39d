#ifndef BERTHMASTER_TESTS_PROCESS_CHILD_PROCESS_H_
#define BERTHMASTER_TESTS_PROCESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/file/file.h"

namespace berthmaster {

// A program that a test started. Its standard output and error are collected. Killed and reaped
// when the object goes.
class ChildProcess {
 public:
  // Starts `command[0]` with the rest as arguments and `environment` added to the test's own.
  // Aborts the test program when that fails.
  static std::unique_ptr<ChildProcess> Start(
      const std::vector<std::string>& command,
      const std::map<std::string, std::string>& environment = {});
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // Everything printed so far.
  std::string Output() const;
  // Waits until a printed line contains `text`; false when the time is over or the program ended
  // without it.
  bool WaitForOutput(absl::string_view text, absl::Duration limit);
  // The rest of the first line that contains `prefix`, after it; empty when there is none.
  std::string OutputAfter(absl::string_view prefix) const;

  void Signal(int signal_number);
  // Waits for the end. The exit code, 128 + n when ended by signal n, or -1 when the time is over.
  int WaitForExit(absl::Duration limit);

 private:
  ChildProcess(pid_t pid, UniqueFd output);
  void Collect();

  const pid_t pid_;
  UniqueFd output_fd_;
  mutable absl::Mutex mutex_;
  std::string output_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  int exit_code_ ABSL_GUARDED_BY(mutex_) = -1;
  std::thread collector_;
};

// Where the build put `name`, by BERTHMASTER_BIN_DIR.
std::string BinaryPath(absl::string_view name);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_PROCESS_CHILD_PROCESS_H_
