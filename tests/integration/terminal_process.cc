#include "tests/integration/terminal_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <cstdio>
#include <cstdlib>

#include "absl/time/clock.h"

namespace berthmaster {

TerminalProcess::TerminalProcess(const std::vector<std::string>& command, int width, int height) {
  winsize size{};
  size.ws_col = static_cast<uint16_t>(width);
  size.ws_row = static_cast<uint16_t>(height);
  int controlling = -1;
  int terminal = -1;
  if (openpty(&controlling, &terminal, nullptr, nullptr, &size) != 0) abort();
  controlling_ = UniqueFd(controlling);
  terminal_ = UniqueFd(terminal);
  fcntl(controlling, F_SETFD, FD_CLOEXEC);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    login_tty(terminal);
    setenv("TERM", "xterm-256color", 1);
    unsetenv("NO_COLOR");
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  if (pid_ < 0) abort();
}

TerminalProcess::~TerminalProcess() {
  if (exit_code_ >= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool TerminalProcess::ReadSome(absl::Duration limit) {
  pollfd file = {controlling_.get(), POLLIN, 0};
  if (poll(&file, 1, static_cast<int>(absl::ToInt64Milliseconds(limit))) <= 0) return false;
  char buffer[4096];
  const ssize_t got = read(controlling_.get(), buffer, sizeof(buffer));
  if (got <= 0) return false;
  output_.append(buffer, static_cast<size_t>(got));
  return true;
}

bool TerminalProcess::WaitFor(absl::string_view text, absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  while (true) {
    const size_t found = output_.find(std::string(text), taken_);
    if (found != std::string::npos) {
      taken_ = found + text.size();
      return true;
    }
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration() || !ReadSome(left)) return false;
  }
}

void TerminalProcess::Type(absl::string_view bytes) {
  if (!WriteAll(controlling_.get(), bytes, "the terminal").ok()) abort();
}

void TerminalProcess::Resize(int width, int height) {
  winsize size{};
  size.ws_col = static_cast<uint16_t>(width);
  size.ws_row = static_cast<uint16_t>(height);
  ioctl(controlling_.get(), TIOCSWINSZ, &size);
}

void TerminalProcess::Signal(int signal_number) { kill(pid_, signal_number); }

int TerminalProcess::WaitForExit(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (absl::Now() > deadline) return -1;
    // Its output must not fill the terminal; the wait is short when there is none.
    ReadSome(absl::Milliseconds(20));
  }
  while (ReadSome(absl::ZeroDuration())) continue;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

termios TerminalProcess::Settings() const {
  termios settings{};
  tcgetattr(terminal_.get(), &settings);
  return settings;
}

}  // namespace berthmaster
