#include "agent/kernel/host_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/kernel/netns/netns_scan.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kBtfPath[] = "/sys/kernel/btf/vmlinux";
constexpr char kConntrackPath[] = "/proc/sys/net/netfilter/nf_conntrack_count";
constexpr char kProbedSysctlPath[] = "/proc/sys/net/ipv4/tcp_tw_reuse";
// A node with thousands of pods has some ten mounts for each.
constexpr size_t kMountsBytesMax = 16 * 1024 * 1024;

absl::Status TryOpen(const char* path, int flags) {
  UniqueFd fd(open(path, flags | O_CLOEXEC));
  return fd.valid() ? absl::OkStatus() : ErrnoStatus(errno, path);
}

absl::Status TrySetns() {
  UniqueFd own(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!own.valid()) return ErrnoStatus(errno, "open the own network namespace");
  return setns(own.get(), CLONE_NEWNET) == 0 ? absl::OkStatus() : ErrnoStatus(errno, "setns");
}

absl::Status TrySockDiag() {
  LinuxSocketDump dump;
  return dump.VisitCurrent([](const SocketRow&) {});
}

// Mounts by file system type.
bool HasMount(absl::string_view mounts, absl::string_view type) {
  for (absl::string_view line : absl::StrSplit(mounts, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    if (fields.size() >= 3 && fields[2] == type) return true;
  }
  return false;
}

std::optional<HidePid> ParseHidePidValue(absl::string_view value) {
  if (value == "0" || value == "off") return HidePid::kOff;
  if (value == "1" || value == "noaccess") return HidePid::kNoAccess;
  if (value == "2" || value == "invisible") return HidePid::kInvisible;
  if (value == "4" || value == "ptraceable") return HidePid::kPtraceable;
  return std::nullopt;
}

}  // namespace

std::optional<HidePid> ParseHidePid(absl::string_view mounts) {
  std::optional<HidePid> found;
  for (absl::string_view line : absl::StrSplit(mounts, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    if (fields.size() < 4 || fields[1] != "/proc" || fields[2] != "proc") continue;
    // A later mount hides an earlier one.
    found = HidePid::kOff;
    for (absl::string_view option : absl::StrSplit(fields[3], ',')) {
      if (absl::ConsumePrefix(&option, "hidepid=")) found = ParseHidePidValue(option);
    }
  }
  return found;
}

HostFacts ProbeHost() {
  HostFacts facts;
  utsname names{};
  if (uname(&names) == 0) facts.kernel_release = names.release;
  absl::StatusOr<CapabilityState> capabilities = ReadCapabilities();
  if (capabilities.ok()) facts.capabilities = *capabilities;
  absl::StatusOr<FileLimit> file_limit = ReadFileLimit();
  if (file_limit.ok()) facts.file_limit = *file_limit;
  NetnsThread thread;
  facts.sock_diag = thread.Run([] { return TrySockDiag(); });
  facts.setns = thread.Run([] { return TrySetns(); });
  facts.netns_cookie = CurrentNetnsCookie().status();
  facts.process_1 = TryOpen("/proc/1/ns/net", O_RDONLY);
  facts.btf = TryOpen(kBtfPath, O_RDONLY);
  facts.sysctl_write = TryOpen(kProbedSysctlPath, O_WRONLY);
  facts.has_conntrack = access(kConntrackPath, F_OK) == 0;
  absl::StatusOr<std::string> mounts = ReadFile("/proc/self/mounts", kMountsBytesMax);
  if (mounts.ok()) {
    facts.has_cgroup_v1 = HasMount(*mounts, "cgroup");
    facts.has_cgroup_v2 = HasMount(*mounts, "cgroup2");
    facts.hide_pid = ParseHidePid(*mounts);
  }
  NetnsScan scan = ScanNetns();
  facts.netns_count = static_cast<int>(scan.found.size());
  facts.netns_limitations = std::move(scan.limitations);
  return facts;
}

}  // namespace berthmaster
