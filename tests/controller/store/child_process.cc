#include "tests/controller/store/child_process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

std::string MountPrivately(const std::string& directory, int64_t size_bytes) {
  std::string size = absl::StrCat("size=", size_bytes);
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", directory.c_str(), "tmpfs", 0, size.c_str()) != 0) {
    return absl::StrCat("SKIP: cannot mount in a namespace of its own: ", strerror(errno));
  }
  return "";
}

}  // namespace

ChildProcess::ChildProcess(const std::function<void(int report_fd)>& body) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  pid_ = fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    close(ends[0]);
    body(ends[1]);
    // Without the atexit handlers, which are the parent's.
    _exit(0);
  }
  close(ends[1]);
  report_ = UniqueFd(ends[0]);
}

ChildProcess::~ChildProcess() { Kill(); }

std::string ChildProcess::ReadLine() {
  std::string line;
  char byte = 0;
  while (read(report_.get(), &byte, 1) == 1) {
    if (byte == '\n') return line;
    line.push_back(byte);
  }
  return "";
}

void ChildProcess::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string RunOnSmallDisk(const std::string& directory, int64_t size_bytes,
                           const std::function<std::string()>& body) {
  ChildProcess child([&](int report_fd) {
    std::string verdict = MountPrivately(directory, size_bytes);
    if (verdict.empty()) verdict = body();
    WriteAll(report_fd, absl::StrCat(verdict.empty() ? "OK" : verdict, "\n"), "report")
        .IgnoreError();
  });
  std::string verdict = child.ReadLine();
  if (verdict == "OK") return "";
  return verdict.empty() ? "the child died" : verdict;
}

}  // namespace berthmaster
