#include "tests/kernel/short_client.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace berthmaster {
namespace {

// Whether a connection was made and is in TIME_WAIT; nothing works where connect() fails.
enum class Outcome { kTimeWait, kReset, kFailed };

Outcome OpenAndCloseOne(const ConnectOptions& options) {
  ConnectResult result = Connect(options);
  if (result.error_number != 0) return Outcome::kFailed;
  return CloseFirst(std::move(result.fd)) ? Outcome::kTimeWait : Outcome::kReset;
}

Outcome InAFork(const ConnectOptions& options) {
  const pid_t pid = fork();
  if (pid == 0) _exit(static_cast<int>(OpenAndCloseOne(options)));
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return Outcome::kFailed;
  return static_cast<Outcome>(WEXITSTATUS(status));
}

int OpenAndCloseAll(const ScopedNetns& netns, const ShortClientOptions& options) {
  if (options.cgroup != nullptr && !options.cgroup->Enter()) return 0;
  prctl(PR_SET_NAME, options.process.c_str());
  int opened = 0;
  netns.RunInside([&] {
    for (int done = 0; done < options.count;) {
      const Outcome outcome =
          options.forks ? InAFork(options.connect) : OpenAndCloseOne(options.connect);
      if (outcome == Outcome::kFailed) {
        opened = 0;
        return;
      }
      ++opened;
      if (outcome == Outcome::kTimeWait) ++done;
    }
  });
  return opened;
}

}  // namespace

ShortClient::ShortClient(const ScopedNetns& netns, const ShortClientOptions& options) {
  int go[2];
  int result[2];
  if (pipe2(go, O_CLOEXEC) != 0) return;
  const UniqueFd child_go(go[0]);
  go_ = UniqueFd(go[1]);
  if (pipe2(result, O_CLOEXEC) != 0) return;
  result_ = UniqueFd(result[0]);
  const UniqueFd child_result(result[1]);
  pid_ = fork();
  if (pid_ != 0) return;
  // Else it would wait for itself when the test lets it go.
  go_ = UniqueFd();
  char byte;
  if (read(child_go.get(), &byte, 1) != 1) _exit(0);
  const int opened = OpenAndCloseAll(netns, options);
  _exit(write(child_result.get(), &opened, sizeof(opened)) == sizeof(opened) ? 0 : 1);
}

ShortClient::~ShortClient() {
  go_ = UniqueFd();
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

int ShortClient::Run() {
  int opened = 0;
  if (pid_ <= 0 || write(go_.get(), "x", 1) != 1) return 0;
  if (read(result_.get(), &opened, sizeof(opened)) != sizeof(opened)) opened = 0;
  waitpid(std::exchange(pid_, -1), nullptr, 0);
  return opened;
}

}  // namespace berthmaster
