#ifndef BERTHMASTER_CLI_EXIT_CODE_H_
#define BERTHMASTER_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace berthmaster {

// What berthctl exits with; scripts rely on the numbers.
enum ExitCode {
  kExitOk = 0,
  kExitGeneric = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitPermission = 4,
  // The resource is not in the state, or no longer what the caller saw.
  kExitConflict = 5,
  kExitTimeout = 7,
  kExitUnavailable = 9,
};

// The exit code that says what `status` says.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_EXIT_CODE_H_
