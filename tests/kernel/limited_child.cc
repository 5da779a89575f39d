#include "tests/kernel/limited_child.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file/file.h"

namespace berthmaster {
namespace {

std::string LimitAndRun(const CapabilitySet& capabilities, const std::function<std::string()>& work,
                        uid_t user) {
  if (user != 0) {
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setresgid(user, user, user) != 0 ||
        setresuid(user, user, user) != 0) {
      return "the user could not be changed";
    }
  }
  absl::Status limited = LimitCapabilities(capabilities);
  return limited.ok() ? work() : std::string(limited.message());
}

}  // namespace

std::string RunLimited(const CapabilitySet& capabilities, const std::function<std::string()>& work,
                       uid_t user) {
  int ends[2];
  if (pipe(ends) != 0) return "child failed";
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    const bool written =
        WriteAll(ends[1], LimitAndRun(capabilities, work, user), "the pipe of the test").ok();
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string result;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = read(ends[0], buffer, sizeof(buffer))) > 0) {
    result.append(buffer, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) return "child failed";
  return result;
}

bool HoldsAllOfObserve() {
  absl::StatusOr<CapabilityState> state = ReadCapabilities();
  if (geteuid() != 0 || !state.ok()) return false;
  for (Capability one : CapabilitiesOf(AgentProfile::kObserve)) {
    if (!state->effective.Has(one)) return false;
  }
  return true;
}

}  // namespace berthmaster
