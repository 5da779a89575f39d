#ifndef BERTHMASTER_AGENT_KERNEL_CHILD_PROCESS_H_
#define BERTHMASTER_AGENT_KERNEL_CHILD_PROCESS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/kernel/line_buffer.h"
#include "common/clock/clock.h"

namespace berthmaster {

// A program to run to its end, and what it may take.
struct ChildCommand {
  // The file of the program, by its whole path, and its arguments with the name it is called by.
  std::string path;
  std::vector<std::string> arguments;
  absl::Duration time_limit;
};

// Runs the program in the namespaces of the calling thread, without a shell, with an environment
// that is empty but for LC_ALL=C, and visits each line it writes to its standard output while it
// runs; `lines` is the room for them. The program is gone when this returns: it is killed when the
// time is over, when a line does not fit (DATA_LOSS) and when `visit` fails, whose error is
// returned. NOT_FOUND when there is no such program, DEADLINE_EXCEEDED when the time is over,
// INTERNAL with its status and the beginning of its standard error when it fails.
absl::Status RunChild(const ChildCommand& command, const Clock& clock, LineBuffer& lines,
                      absl::FunctionRef<absl::Status(absl::string_view line)> visit);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_CHILD_PROCESS_H_
