#include "agent/kernel/netns/netns_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/kernel/capabilities.h"
#include "agent/kernel/count_text.h"
#include "agent/kernel/proc_directory.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kOwnProcess[] = "/proc/self";

// Null when there is no room for another.
FoundNetns* Place(NetnsScan& scan, uint64_t inode) {
  auto found = scan.found.find(inode);
  if (found == scan.found.end()) {
    if (scan.found.size() >= size_t{kNamespacesMax}) return nullptr;
    found = scan.found.emplace(inode, FoundNetns()).first;
  }
  return &found->second;
}

void AddPath(FoundNetns& found, std::string path) {
  if (found.paths.size() < kNetnsPathsMax) found.paths.push_back(std::move(path));
}

// The name of a mount that iproute2 knows; empty for any other.
std::string NameOf(absl::string_view mount_point) {
  if (!absl::ConsumePrefix(&mount_point, "/run/netns/") &&
      !absl::ConsumePrefix(&mount_point, "/var/run/netns/")) {
    return "";
  }
  return absl::StrContains(mount_point, '/') ? "" : std::string(mount_point);
}

// `root` is how the agent comes to the mount namespace: "" or /proc/1/root.
void AddMounts(NetnsMounts& mounts, absl::string_view root, NetnsScan& scan) {
  for (const NetnsMount& mount : mounts.Read()) {
    FoundNetns* found = Place(scan, mount.inode);
    if (found == nullptr) break;
    AddPath(*found, absl::StrCat(root, mount.mount_point));
    const std::string name = NameOf(mount.mount_point);
    std::string& place = name.empty() ? found->mount : found->named;
    if (place.empty()) place = name.empty() ? mount.mount_point : name;
  }
  if (mounts.is_cut()) {
    scan.is_partial = true;
    scan.limitations.push_back(absl::StrCat(
        "not all of the mounts of this host are looked at for network namespaces, only the first ",
        kMountInfoBytesMax >> 20, " MiB of mountinfo and ", kNamespacesMax, " namespaces"));
  }
}

// With it, what is refused is refused by something else than the agent's own want of powers: it was
// never seen, so nothing was ever changed there.
bool HasSysPtrace() {
  const absl::StatusOr<CapabilityState> state = ReadCapabilities();
  return state.ok() && state->effective.Has(Capability::kSysPtrace);
}

void AddProcesses(ProcessNetns& processes, NetnsScan& scan) {
  processes.Look();
  for (const auto& [inode, pid] : processes.leading()) {
    FoundNetns* found = Place(scan, inode);
    if (found == nullptr) continue;
    AddPath(*found, absl::StrCat("/proc/", pid, "/ns/net"));
    found->leading_pid = pid;
  }
  if (processes.refused_count() > 0) {
    scan.is_partial = scan.is_partial || !HasSysPtrace();
    scan.limitations.push_back(absl::StrCat(
        "the network namespaces of ", CountText(processes.refused_count(), "process", "processes"),
        " may not be looked at; run the agent as root with CAP_SYS_PTRACE "
        "in the host's pid namespace"));
  }
}

std::optional<uint64_t> NamespaceOf(absl::string_view process, const char* kind) {
  return ReadInodeLink(AT_FDCWD, absl::StrCat(process, "/ns/", kind).c_str(), kind);
}

// The host's namespace goes in although there may be no room: nothing is worth more.
void NameHost(absl::string_view first_process, NetnsScan& scan) {
  std::optional<uint64_t> host = NamespaceOf(first_process, "net");
  if (!host.has_value()) {
    host = NamespaceOf(kOwnProcess, "net");
    scan.limitations.push_back(
        "the network namespace of process 1 may not be looked at, so the agent's own is called "
        "host; run the agent as root with CAP_SYS_PTRACE");
  }
  if (!host.has_value()) return;
  if (scan.found.size() >= size_t{kNamespacesMax} && scan.found.count(*host) == 0) {
    scan.found.erase(std::prev(scan.found.end()));
  }
  FoundNetns& found = scan.found[*host];
  found.is_host = true;
  AddPath(found, absl::StrCat(kOwnProcess, "/ns/net"));
}

}  // namespace

NetnsScanner::NetnsScanner() : NetnsScanner(1) {}

NetnsScanner::NetnsScanner(int32_t pid)
    : first_process_(absl::StrCat("/proc/", pid)), mounts_(kOwnProcess) {
  const std::optional<uint64_t> first = NamespaceOf(first_process_, "mnt");
  if (first.has_value() && first != NamespaceOf(kOwnProcess, "mnt")) {
    first_mounts_ = std::make_unique<NetnsMounts>(first_process_);
  }
}

NetnsScan NetnsScanner::Scan() {
  NetnsScan scan;
  AddMounts(mounts_, "", scan);
  if (first_mounts_ != nullptr) {
    AddMounts(*first_mounts_, absl::StrCat(first_process_, "/root"), scan);
  }
  AddProcesses(processes_, scan);
  if (scan.found.size() >= size_t{kNamespacesMax}) {
    scan.is_partial = true;
    scan.limitations.push_back(
        absl::StrCat("only the first ", kNamespacesMax, " network namespaces are looked at"));
  }
  NameHost(first_process_, scan);
  return scan;
}

NetnsScan ScanNetns() { return NetnsScanner().Scan(); }

bool IsWantedNetns(const std::vector<std::string>& filter, uint64_t inode,
                   const FoundNetns& found) {
  if (filter.empty()) return true;
  const std::string number = absl::StrCat(inode);
  return std::any_of(filter.begin(), filter.end(), [&](const std::string& wanted) {
    return wanted == number || (!found.named.empty() && wanted == found.named) ||
           (wanted == "host" && found.is_host);
  });
}

absl::StatusOr<UniqueFd> OpenNetns(const std::string& path, uint64_t inode) {
  // O_PATH only names the file: opening what someone put in the place of a mount, a device or a
  // pipe, might do something or wait.
  UniqueFd place(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place.valid()) return ErrnoStatus(errno, absl::StrCat("open network namespace ", path));
  struct stat info;
  struct statfs file_system;
  if (fstat(place.get(), &info) != 0 || fstatfs(place.get(), &file_system) != 0) {
    return ErrnoStatus(errno, absl::StrCat("look at network namespace ", path));
  }
  if (file_system.f_type != NSFS_MAGIC || info.st_ino != inode) {
    return absl::NotFoundError(
        absl::StrCat("network namespace ", inode, " is no longer at ", path));
  }
  UniqueFd fd(open(absl::StrCat(kOwnProcess, "/fd/", place.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open network namespace ", path));
  return fd;
}

absl::StatusOr<UniqueFd> OpenNetns(const FoundNetns& found, uint64_t inode) {
  absl::StatusOr<UniqueFd> fd =
      absl::NotFoundError(absl::StrCat("network namespace ", inode, " is nowhere"));
  for (const std::string& path : found.paths) {
    fd = OpenNetns(path, inode);
    if (fd.ok()) break;
  }
  return fd;
}

}  // namespace berthmaster
