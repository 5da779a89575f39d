#include "agent/kernel/netns_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kProc[] = "/proc";
constexpr char kNamedDirectory[] = "/run/netns";
// comm has 16 bytes (TASK_COMM_LEN).
constexpr size_t kCommBytesMax = 64;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// Text from outside, made fit for UTF-8 protobuf strings and for a terminal.
std::string CleanText(absl::string_view text) {
  std::string clean(absl::StripAsciiWhitespace(text));
  for (char& c : clean) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return clean;
}

std::string ProcessName(absl::string_view pid) {
  absl::StatusOr<std::string> comm =
      ReadFile(absl::StrCat(kProc, "/", pid, "/comm"), kCommBytesMax);
  return comm.ok() ? CleanText(*comm) : absl::StrCat("pid ", pid);
}

void ScanNamed(NetnsScan& scan) {
  Directory directory(opendir(kNamedDirectory));
  if (directory == nullptr) return;  // most hosts have none
  while (const dirent* entry = readdir(directory.get())) {
    struct stat info;
    if (entry->d_name[0] == '.') continue;
    if (fstatat(dirfd(directory.get()), entry->d_name, &info, 0) != 0) continue;
    // A name whose mount is gone is an ordinary file; OpenNetns() refuses it, here it must not take
    // the place of a real one.
    struct statfs file_system;
    const std::string path = absl::StrCat(kNamedDirectory, "/", entry->d_name);
    if (statfs(path.c_str(), &file_system) != 0 || file_system.f_type != NSFS_MAGIC) continue;
    if (static_cast<int>(scan.found.size()) >= kNamespacesMax) return;
    FoundNetns& found = scan.found[info.st_ino];
    if (!found.path.empty()) continue;
    found.path = path;
    found.label = CleanText(entry->d_name);
    found.labels["named"] = found.label;
  }
}

// How many processes could not be looked at.
int ScanProcesses(NetnsScan& scan) {
  Directory directory(opendir(kProc));
  int refused_count = 0;
  if (directory == nullptr) return refused_count;
  std::string relative;
  while (const dirent* entry = readdir(directory.get())) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(entry->d_name[0]))) continue;
    relative.assign(entry->d_name).append("/ns/net");
    struct stat info;
    if (fstatat(dirfd(directory.get()), relative.c_str(), &info, 0) != 0) {
      if (errno == EACCES || errno == EPERM) ++refused_count;
      continue;
    }
    if (scan.found.count(info.st_ino) == 0 &&
        static_cast<int>(scan.found.size()) >= kNamespacesMax) {
      continue;
    }
    // /proc lists processes by rising number, so the first one seen is the leading one.
    FoundNetns& found = scan.found[info.st_ino];
    if (found.labels.count("pid") != 0) continue;
    found.labels["pid"] = entry->d_name;
    found.labels["process"] = ProcessName(entry->d_name);
    if (!found.path.empty()) continue;
    found.path = absl::StrCat(kProc, "/", relative);
    found.label = found.labels["process"];
  }
  return refused_count;
}

std::optional<uint64_t> InodeOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return info.st_ino;
}

}  // namespace

NetnsScan ScanNetns() {
  NetnsScan scan;
  ScanNamed(scan);
  const int refused_count = ScanProcesses(scan);
  if (refused_count > 0) {
    scan.limitations.push_back(
        absl::StrCat("the network namespaces of ", refused_count,
                     " processes may not be looked at; run the agent as root with CAP_SYS_PTRACE "
                     "in the host's pid namespace"));
  }
  if (static_cast<int>(scan.found.size()) >= kNamespacesMax) {
    scan.limitations.push_back(
        absl::StrCat("only the first ", kNamespacesMax, " network namespaces are looked at"));
  }
  std::optional<uint64_t> host = InodeOf("/proc/1/ns/net");
  if (!host.has_value()) {
    host = InodeOf("/proc/self/ns/net");
    scan.limitations.push_back(
        "the network namespace of process 1 may not be looked at, so the agent's own is called "
        "host; run the agent as root with CAP_SYS_PTRACE");
  }
  if (host.has_value()) {
    FoundNetns& found = scan.found[*host];
    found.label = "host";
    found.is_host = true;
    if (found.path.empty()) found.path = "/proc/self/ns/net";
  }
  return scan;
}

bool IsWantedNetns(const std::vector<std::string>& filter, uint64_t inode,
                   const FoundNetns& found) {
  if (filter.empty()) return true;
  auto named = found.labels.find("named");
  for (const std::string& wanted : filter) {
    if (wanted == absl::StrCat(inode)) return true;
    if (named != found.labels.end() && wanted == named->second) return true;
    if (wanted == "host" && found.is_host) return true;
  }
  return false;
}

absl::StatusOr<UniqueFd> OpenNetns(const std::string& path, uint64_t inode) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open network namespace ", path));
  struct stat info;
  struct statfs file_system;
  if (fstat(fd.get(), &info) != 0 || fstatfs(fd.get(), &file_system) != 0) {
    return ErrnoStatus(errno, absl::StrCat("look at network namespace ", path));
  }
  if (file_system.f_type != NSFS_MAGIC || info.st_ino != inode) {
    return absl::NotFoundError(
        absl::StrCat("network namespace ", inode, " is no longer at ", path));
  }
  return fd;
}

}  // namespace berthmaster
