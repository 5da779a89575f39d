#ifndef BERTHMASTER_COMMON_RUNTIME_STOP_SIGNAL_H_
#define BERTHMASTER_COMMON_RUNTIME_STOP_SIGNAL_H_

#include <initializer_list>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/file/file.h"

namespace berthmaster {

// SIGINT and SIGTERM, and others that are asked for, as something to wait for. Make it in main
// before any other thread, so that every thread inherits the blocked mask. SIGPIPE is ignored from
// then on.
class StopSignal {
 public:
  // `also` are other signals that Wait() is to return, such as SIGHUP.
  static absl::StatusOr<StopSignal> Make(std::initializer_list<int> also = {});

  // Blocks until one of the signals arrives; returns its number. One thread.
  int Wait();

  // The same for at most `limit`; nothing when the time is over. One thread.
  std::optional<int> WaitFor(absl::Duration limit);

 private:
  explicit StopSignal(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_RUNTIME_STOP_SIGNAL_H_
