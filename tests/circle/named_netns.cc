#include "tests/circle/named_netns.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kCommandLimit = absl::Seconds(20);
constexpr size_t kSysctlMaxBytes = 64 * 1024;

[[noreturn]] void Die(absl::string_view what) {
  std::fprintf(stderr, "%s\n", std::string(what).c_str());
  std::abort();
}

void Run(const std::vector<std::string>& command) {
  auto child = ChildProcess::Start(command);
  if (child->WaitForExit(kCommandLimit) != 0) {
    Die(absl::StrCat(command[0], " ", command[1], " failed: ", child->Output()));
  }
}

std::string SysctlPath(absl::string_view sysctl) {
  return absl::StrCat("/proc/sys/", absl::StrReplaceAll(sysctl, {{".", "/"}}));
}

std::string ReadValue(absl::string_view sysctl) {
  absl::StatusOr<std::string> value = ReadFile(SysctlPath(sysctl), kSysctlMaxBytes);
  if (!value.ok()) Die(value.status().ToString());
  return std::string(absl::StripAsciiWhitespace(*value));
}

ino_t InodeOf(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) Die(absl::StrCat("stat ", path));
  return info.st_ino;
}

// Deletes what a test program that was killed left behind.
void DeleteLeftovers() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/run/netns", ignored)) {
    const std::string name = entry.path().filename().string();
    pid_t owner = 0;
    if (std::sscanf(name.c_str(), "bmtest-%d-", &owner) == 1 && kill(owner, 0) != 0) {
      Run({"ip", "netns", "delete", name});
    }
  }
}

}  // namespace

NamedNetns::NamedNetns(absl::string_view suffix)
    : name_(absl::StrCat("bmtest-", getpid(), "-", suffix)) {
  DeleteLeftovers();
  Run({"ip", "netns", "add", name_});
  inode_ = InodeOf(absl::StrCat("/run/netns/", name_));
  Run({"ip", "-n", name_, "link", "set", "lo", "up"});
  for (int last = 1; last <= 4; ++last) {
    Run({"ip", "-n", name_, "address", "add", absl::StrCat("10.9.0.", last, "/32"), "dev", "lo"});
  }
}

NamedNetns::~NamedNetns() { Run({"ip", "netns", "delete", name_}); }

void NamedNetns::RunInside(const std::function<void()>& work) const {
  std::thread thread([this, &work] {
    UniqueFd fd(open(absl::StrCat("/run/netns/", name_).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid() || setns(fd.get(), CLONE_NEWNET) != 0) Die("cannot enter the namespace");
    if (InodeOf("/proc/thread-self/ns/net") != inode_) Die("setns led into another namespace");
    work();
  });
  thread.join();
}

std::string NamedNetns::ReadSysctl(absl::string_view sysctl) const {
  std::string value;
  RunInside([&] { value = ReadValue(sysctl); });
  return value;
}

void NamedNetns::WriteSysctl(absl::string_view sysctl, absl::string_view value) const {
  RunInside([&] {
    UniqueFd fd(open(SysctlPath(sysctl).c_str(), O_WRONLY | O_CLOEXEC));
    if (InodeOf("/proc/thread-self/ns/net") != inode_) Die("not in the namespace any more");
    if (!fd.valid() || !WriteAll(fd.get(), value, sysctl).ok()) Die("cannot write the sysctl");
  });
}

std::unique_ptr<ChildProcess> NamedNetns::Start(std::vector<std::string> command) const {
  command.insert(command.begin(), {"ip", "netns", "exec", name_});
  return ChildProcess::Start(command);
}

std::string ReadOwnSysctl(absl::string_view sysctl) { return ReadValue(sysctl); }

std::string WhyNoNamespaces() {
  if (geteuid() != 0) return "making network namespaces needs root";
  if (access("/usr/sbin/ip", X_OK) != 0 && access("/sbin/ip", X_OK) != 0 &&
      access("/usr/bin/ip", X_OK) != 0) {
    return "there is no ip of iproute2";
  }
  return "";
}

}  // namespace berthmaster
