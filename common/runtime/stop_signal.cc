#include "common/runtime/stop_signal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<StopSignal> StopSignal::Make(std::initializer_list<int> also) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  for (int signal_number : also) sigaddset(&signals, signal_number);
  if (int error = pthread_sigmask(SIG_BLOCK, &signals, nullptr); error != 0) {
    return ErrnoStatus(error, "block the signals to wait for");
  }
  signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "signalfd");
  return StopSignal(std::move(fd));
}

int StopSignal::Wait() {
  signalfd_siginfo info{};
  while (read(fd_.get(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) {
    if (errno != EINTR) return SIGTERM;
  }
  return static_cast<int>(info.ssi_signo);
}

std::optional<int> StopSignal::WaitFor(absl::Duration limit) {
  const timespec timeout = absl::ToTimespec(std::max(limit, absl::ZeroDuration()));
  pollfd file = {fd_.get(), POLLIN, 0};
  // An interruption only shortens the wait, which every caller repeats.
  if (ppoll(&file, 1, &timeout, nullptr) <= 0) return std::nullopt;
  return Wait();
}

}  // namespace berthmaster
