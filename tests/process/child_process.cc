#include "tests/process/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

[[noreturn]] void Die(absl::string_view what) {
  std::fprintf(stderr, "%s\n", std::string(what).c_str());
  std::abort();
}

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::unique_ptr<ChildProcess> ChildProcess::Start(
    const std::vector<std::string>& command,
    const std::map<std::string, std::string>& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("pipe2 failed");
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string variable = *entry;
    if (environment.count(variable.substr(0, variable.find('='))) == 0) {
      variables.push_back(std::move(variable));
    }
  }
  for (const auto& [name, value] : environment) {
    variables.push_back(absl::StrCat(name, "=", value));
  }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  pid_t pid = 0;
  int error = posix_spawnp(&pid, command[0].c_str(), &actions, &attributes,
                           Pointers(command).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (error != 0) Die(absl::StrCat("cannot start ", command[0], ": errno ", error));
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, UniqueFd(ends[0])));
}

ChildProcess::ChildProcess(pid_t pid, UniqueFd output)
    : pid_(pid), output_fd_(std::move(output)), collector_([this] { Collect(); }) {}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  collector_.join();
}

void ChildProcess::Collect() {
  char buffer[4096];
  while (true) {
    ssize_t got = read(output_fd_.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    absl::MutexLock lock(&mutex_);
    output_.append(buffer, static_cast<size_t>(got));
  }
  // The child stays a zombie until the status is in place, so that Signal never hits a pid that was
  // given to another process.
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  absl::MutexLock lock(&mutex_);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended_ = true;
}

std::string ChildProcess::Output() const {
  absl::MutexLock lock(&mutex_);
  return output_;
}

bool ChildProcess::WaitForOutput(absl::string_view text, absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  auto settled = [this, text]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ended_ || output_.find(std::string(text)) != std::string::npos;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&settled), limit);
  return output_.find(std::string(text)) != std::string::npos;
}

std::string ChildProcess::OutputAfter(absl::string_view prefix) const {
  std::string output = Output();
  size_t begin = output.find(std::string(prefix));
  if (begin == std::string::npos) return "";
  begin += prefix.size();
  return output.substr(begin, output.find('\n', begin) - begin);
}

void ChildProcess::Signal(int signal_number) {
  absl::MutexLock lock(&mutex_);
  if (!ended_) kill(pid_, signal_number);
}

int ChildProcess::WaitForExit(absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&ended_), limit);
  return ended_ ? exit_code_ : -1;
}

std::string BinaryPath(absl::string_view name) {
  const char* directory = std::getenv("BERTHMASTER_BIN_DIR");
  if (directory == nullptr) Die("BERTHMASTER_BIN_DIR is not set; run the test by ./dev test");
  return absl::StrCat(directory, "/", name);
}

}  // namespace berthmaster
