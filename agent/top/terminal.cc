#include "agent/top/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Alternate screen, no cursor, no wrapping; and back (xterm's private modes).
constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr char kLeave[] = "\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[0m";
constexpr size_t kSideMax = 1000;

// For the handler of a crash, which may touch nothing else.
termios g_before;
volatile sig_atomic_t g_is_ours = 0;

// Async-signal-safe.
void Restore() {
  if (g_is_ours == 0) return;
  g_is_ours = 0;
  [[maybe_unused]] ssize_t written = write(STDOUT_FILENO, kLeave, sizeof(kLeave) - 1);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &g_before);
}

void Take() {
  termios raw = g_before;
  // Ctrl-C and Ctrl-Z stay signals, and \n goes on being \r\n.
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  g_is_ours = 1;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  [[maybe_unused]] ssize_t written = write(STDOUT_FILENO, kEnter, sizeof(kEnter) - 1);
}

extern "C" void RestoreAndCrash(int signal_number) {
  Restore();
  // SA_RESETHAND has put the default back.
  raise(signal_number);
}

void RestoreOnCrash() {
  struct sigaction action = {};
  action.sa_handler = RestoreAndCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (int crash : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) sigaction(crash, &action, nullptr);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Terminal>> Terminal::Open() {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
    return absl::FailedPreconditionError(
        "standard input and output are no terminal; --once prints the view once");
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
    sigaddset(&signals, number);
  }
  if (int error = pthread_sigmask(SIG_BLOCK, &signals, nullptr); error != 0) {
    return ErrnoStatus(error, "block signals");
  }
  UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "signalfd");
  if (tcgetattr(STDIN_FILENO, &g_before) != 0) return ErrnoStatus(errno, "tcgetattr");
  RestoreOnCrash();
  Take();
  return std::unique_ptr<Terminal>(new Terminal(std::move(fd)));
}

Terminal::~Terminal() { Restore(); }

Terminal::Size Terminal::size() const {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0) {
    return {};
  }
  return {std::min<size_t>(window.ws_col, kSideMax), std::min<size_t>(window.ws_row, kSideMax)};
}

absl::Status Terminal::Draw(absl::string_view frame) {
  // The line end of the last line would scroll.
  if (!frame.empty() && frame.back() == '\n') frame.remove_suffix(1);
  // Each line clears what is right of it, the last one what is below: nothing flickers.
  return WriteAll(
      STDOUT_FILENO,
      absl::StrCat("\x1b[H", absl::StrReplaceAll(frame, {{"\n", "\x1b[K\n"}}), "\x1b[K\x1b[J"),
      "the terminal");
}

void Terminal::TakeSignal(Event& event) {
  signalfd_siginfo info{};
  if (read(signals_.get(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) return;
  switch (info.ssi_signo) {
    case SIGWINCH:
      event.is_resized = true;
      return;
    case SIGTSTP:
      Restore();
      raise(SIGSTOP);
      // Here again after SIGCONT.
      Take();
      event.is_resized = true;
      return;
    default:
      event.is_ended = true;
  }
}

Terminal::Event Terminal::Wait(absl::Duration timeout) {
  constexpr int64_t kMillisecondsMax = std::numeric_limits<int>::max();
  const int64_t milliseconds = std::clamp<int64_t>(
      absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1))), 0, kMillisecondsMax);
  pollfd files[] = {{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}};
  Event event;
  if (poll(files, std::size(files), static_cast<int>(milliseconds)) <= 0) return event;
  if (files[1].revents != 0) TakeSignal(event);
  if (files[0].revents == 0) return event;
  char buffer[256];
  const ssize_t got = read(STDIN_FILENO, buffer, sizeof(buffer));
  if (got > 0) {
    event.bytes.assign(buffer, static_cast<size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    event.is_ended = true;
  }
  return event;
}

}  // namespace berthmaster
