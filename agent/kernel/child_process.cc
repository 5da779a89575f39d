#include "agent/kernel/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Of the standard error: what explains a failure stands at its beginning.
constexpr size_t kErrorBytesMax = 512;

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "make a pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// A child of this process, killed and waited for at the latest with the object. Nobody else waits
// for it, so that its number stays its own until then.
class Child {
 public:
  explicit Child(pid_t pid)
      : pid_(pid), handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Readable when the child has ended.
  const UniqueFd& handle() const { return handle_; }

  // Waits for its end and returns the status of waitpid(2).
  int Wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
  UniqueFd handle_;
};

// posix_spawn(3) with what has to be freed after it.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  absl::StatusOr<pid_t> Run(const ChildCommand& command, int output_fd, int error_fd) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, error_fd, STDERR_FILENO);
    // Signals as a program expects them, whatever the agent has done with its own.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> arguments = command.arguments;
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::string language = "LC_ALL=C";
    const std::array<char*, 2> environment = {language.data(), nullptr};
    pid_t pid = 0;
    const int error_number = posix_spawn(&pid, command.path.c_str(), &actions_, &attributes_,
                                         argv.data(), environment.data());
    if (error_number == 0) return pid;
    return ErrnoStatus(error_number, absl::StrCat("run ", command.path));
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

absl::Status EndStatus(const ChildCommand& command, int status, absl::string_view error_text) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  const std::string how = WIFSIGNALED(status)
                              ? absl::StrCat("was ended by signal ", WTERMSIG(status))
                              : absl::StrCat("exited with status ", WEXITSTATUS(status));
  return absl::InternalError(
      absl::StrCat(command.path, " ", how, ", saying ", QuoteLine(error_text)));
}

// What a poll of the child's descriptors goes by.
class Conversation {
 public:
  Conversation(const ChildCommand& command, LineBuffer& lines,
               absl::FunctionRef<absl::Status(absl::string_view)> visit)
      : command_(command), lines_(lines), visit_(visit) {}

  // Reads what is there; closes `fd` at its end.
  absl::Status ReadOutput(UniqueFd& fd) {
    const std::span<char> space = lines_.Space();
    if (space.empty()) {
      return absl::DataLossError(absl::StrCat(
          command_.path, " wrote a line that is too long: ", QuoteLine(lines_.rest())));
    }
    const ssize_t got = read(fd.get(), space.data(), space.size());
    if (got < 0) return errno == EINTR ? absl::OkStatus() : ErrnoStatus(errno, command_.path);
    if (got == 0) {
      fd = UniqueFd();
      if (lines_.rest().empty()) return absl::OkStatus();
      return absl::DataLossError(
          absl::StrCat(command_.path, " ended inside a line: ", QuoteLine(lines_.rest())));
    }
    lines_.Commit(static_cast<size_t>(got));
    absl::string_view line;
    while (lines_.Next(line)) BERTHMASTER_RETURN_IF_ERROR(visit_(line));
    return absl::OkStatus();
  }

  absl::Status ReadError(UniqueFd& fd) {
    std::array<char, kErrorBytesMax> bytes;
    const ssize_t got = read(fd.get(), bytes.data(), bytes.size());
    if (got < 0) return errno == EINTR ? absl::OkStatus() : ErrnoStatus(errno, command_.path);
    if (got == 0) fd = UniqueFd();
    const size_t room = kErrorBytesMax - error_text_.size();
    error_text_.append(bytes.data(), std::min(room, static_cast<size_t>(got)));
    return absl::OkStatus();
  }

  const std::string& error_text() const { return error_text_; }

 private:
  const ChildCommand& command_;
  LineBuffer& lines_;
  absl::FunctionRef<absl::Status(absl::string_view)> visit_;
  std::string error_text_;
};

}  // namespace

absl::Status RunChild(const ChildCommand& command, const Clock& clock, LineBuffer& lines,
                      absl::FunctionRef<absl::Status(absl::string_view line)> visit) {
  const absl::Duration end = clock.MonotonicNow() + command.time_limit;
  lines.Clear();
  BERTHMASTER_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  BERTHMASTER_ASSIGN_OR_RETURN(Pipe error, MakePipe());
  Spawn spawn;
  BERTHMASTER_ASSIGN_OR_RETURN(const pid_t pid,
                               spawn.Run(command, output.write_end.get(), error.write_end.get()));
  Child child(pid);
  if (!child.handle().valid()) return ErrnoStatus(errno, "pidfd_open");
  output.write_end = UniqueFd();
  error.write_end = UniqueFd();
  Conversation conversation(command, lines, visit);
  bool has_ended = false;
  while (output.read_end.valid() || error.read_end.valid() || !has_ended) {
    // poll() leaves out negative descriptors.
    std::array<pollfd, 3> waits = {pollfd{output.read_end.get(), POLLIN, 0},
                                   pollfd{error.read_end.get(), POLLIN, 0},
                                   pollfd{has_ended ? -1 : child.handle().get(), POLLIN, 0}};
    const int64_t left_ms = absl::ToInt64Milliseconds(end - clock.MonotonicNow());
    const int ready =
        left_ms <= 0 ? 0 : poll(waits.data(), waits.size(), static_cast<int>(left_ms));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return ErrnoStatus(errno, absl::StrCat("wait for ", command.path));
    if (ready == 0) {
      return absl::DeadlineExceededError(absl::StrCat(command.path,
                                                      " was killed: it took longer than ",
                                                      absl::FormatDuration(command.time_limit)));
    }
    if (waits[0].revents != 0) {
      BERTHMASTER_RETURN_IF_ERROR(conversation.ReadOutput(output.read_end));
    }
    if (waits[1].revents != 0) {
      BERTHMASTER_RETURN_IF_ERROR(conversation.ReadError(error.read_end));
    }
    if (waits[2].revents != 0) has_ended = true;
  }
  return EndStatus(command, child.Wait(), conversation.error_text());
}

}  // namespace berthmaster
