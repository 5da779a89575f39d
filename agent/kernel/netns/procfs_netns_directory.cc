#include "agent/kernel/netns/procfs_netns_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/kernel/count_text.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_scan.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/proc_directory.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kProc[] = "/proc";
constexpr char kOwnPid[] = "thread-self";
constexpr char kNamedDirectory[] = "/run/netns";
constexpr size_t kStatBytesMax = 4096;
// Field 22 of /proc/<pid>/stat, counted from the one behind the name.
constexpr size_t kStartField = 22 - 3;
// Inodes that are remembered after their namespaces are gone; beyond that all are forgotten.
constexpr size_t kGenerationsMax = 16 * kNamespacesMax;
constexpr uint32_t kGenerationMask = (1u << 30) - 1;

// 0 where it may not be looked at, or is not there.
uint64_t InodeOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

std::string ProcNetPath(absl::string_view pid) { return absl::StrCat(kProc, "/", pid, "/net"); }

uint64_t ProcNetInode(absl::string_view pid) {
  return InodeOf(absl::StrCat(kProc, "/", pid, "/net/tcp"));
}

// 0 when the process is gone.
uint64_t StartTicks(absl::string_view pid) {
  absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(kProc, "/", pid, "/stat"), kStatBytesMax);
  if (!text.ok()) return 0;
  // The name is in parentheses and may hold some of its own, and spaces.
  const size_t behind_name = text->rfind(") ");
  if (behind_name == std::string::npos) return 0;
  std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(*text).substr(behind_name + 2), ' ');
  uint64_t ticks = 0;
  if (fields.size() <= kStartField || !absl::SimpleAtoi(fields[kStartField], &ticks)) return 0;
  return ticks;
}

bool HasNamed() {
  Directory directory(opendir(kNamedDirectory));
  if (directory == nullptr) return false;
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') return true;
  }
  return false;
}

}  // namespace

ProcfsNetnsDirectory::ProcfsNetnsDirectory(std::vector<std::string> filter, const Clock& clock)
    : filter_(std::move(filter)), clock_(clock) {}

absl::StatusOr<NetnsListing> ProcfsNetnsDirectory::List() {
  const absl::Duration now = clock_.MonotonicNow();
  // A namespace whose process is gone may have another one to stand for it.
  const bool is_stale = !last_scan_.has_value() || now - *last_scan_ >= kScanInterval ||
                        std::any_of(known_.begin(), known_.end(), [](const auto& known) {
                          return ProcNetInode(known.second.pid) != known.first;
                        });
  if (is_stale) {
    BERTHMASTER_RETURN_IF_ERROR(Scan());
    last_scan_ = now;
  }
  NetnsListing listing;
  listing.limitations = limitations_;
  for (const auto& [inode, known] : known_) {
    if (IsWanted(filter_, known)) listing.entries.push_back(known.entry);
  }
  return listing;
}

absl::Status ProcfsNetnsDirectory::Scan() {
  limitations_.clear();
  KnownMap found;
  const int refused_count = AddOthers(found);
  BERTHMASTER_RETURN_IF_ERROR(AddOwn(found));
  const uint64_t host_inode = ProcNetInode("1");
  labels_.StartScan();
  for (auto& [inode, known] : found) {
    known.is_host = inode == host_inode || (host_inode == 0 && known.entry.fd != nullptr);
    Complete(inode, known);
  }
  if (generations_.size() > kGenerationsMax) generations_.clear();
  known_ = std::move(found);
  SayWhatIsMissing(refused_count);
  return absl::OkStatus();
}

int ProcfsNetnsDirectory::AddOthers(KnownMap& found) {
  int refused_count = 0;
  Directory directory(opendir(kProc));
  if (directory == nullptr) return refused_count;
  while (std::optional<int32_t> pid = NextNumber(directory.get())) {
    std::string text = absl::StrCat(*pid);
    const uint64_t inode = ProcNetInode(text);
    if (inode == 0) {
      // Else it is ending, and is in no namespace any more.
      if (errno == EACCES || errno == EPERM) ++refused_count;
      continue;
    }
    // /proc lists processes by rising number, so the first one seen stands for the namespace.
    if (found.contains(inode) || found.size() >= size_t{kNamespacesMax}) continue;
    found[inode].pid = std::move(text);
  }
  return refused_count;
}

// Fills in what hangs on the process that stands for the namespace.
void ProcfsNetnsDirectory::Complete(uint64_t proc_net_inode, Known& known) {
  NetnsEntry& entry = known.entry;
  known.start_ticks = StartTicks(known.pid);
  const uint32_t generation = Generation(proc_net_inode, known);
  generations_[proc_net_inode] = generation;
  if (entry.proc_net_path.empty()) entry.proc_net_path = ProcNetPath(known.pid);
  entry.proc_net_inode = proc_net_inode;
  if (entry.id.inode == 0) entry.id.inode = InodeOf(absl::StrCat(kProc, "/", known.pid, "/ns/net"));
  if (entry.id.cookie == 0) {
    entry.id.cookie = kSyntheticCookieBit | uint64_t{generation & kGenerationMask} << 32 |
                      (proc_net_inode & 0xffffffff);
  }
  FoundNetns named;
  // Nothing for the agent's own thread where the processes are hidden.
  if (!absl::SimpleAtoi(known.pid, &named.leading_pid)) named.leading_pid = 0;
  named.is_host = known.is_host;
  const NetnsDescription& description = labels_.Describe(proc_net_inode, named);
  entry.label = description.label;
  entry.labels = description.labels;
}

void ProcfsNetnsDirectory::SayWhatIsMissing(int refused_count) {
  if (refused_count > 0) {
    limitations_.push_back(absl::StrCat("the network namespaces of ",
                                        CountText(refused_count, "process", "processes"),
                                        " may not be looked at; run the agent as root"));
  }
  if (HasNamed()) {
    limitations_.emplace_back(
        "named network namespaces without a process in them are not seen without entering them; "
        "run the agent as root with --profile=observe");
  }
  if (known_.size() >= size_t{kNamespacesMax}) {
    limitations_.push_back(
        absl::StrCat("only the first ", kNamespacesMax, " network namespaces are looked at"));
  }
  for (const std::string& wanted : filter_) {
    const bool is_there = std::any_of(known_.begin(), known_.end(), [&](const auto& one) {
      return IsWanted({wanted}, one.second);
    });
    if (is_there) continue;
    limitations_.push_back(absl::StrCat("there is no network namespace '", wanted,
                                        "' that can be told without entering it; a name needs "
                                        "--profile=observe"));
  }
}

absl::Status ProcfsNetnsDirectory::AddOwn(KnownMap& found) {
  const uint64_t inode = ProcNetInode(kOwnPid);
  if (inode == 0) {
    return absl::UnavailableError("/proc/thread-self/net/tcp cannot be seen; is /proc mounted?");
  }
  Known& own = found[inode];
  NetnsEntry& entry = own.entry;
  // Where the processes are hidden.
  if (own.pid.empty()) own.pid = kOwnPid;
  entry.proc_net_path = ProcNetPath(kOwnPid);
  BERTHMASTER_ASSIGN_OR_RETURN(entry.id.inode, CurrentNetnsInode());
  auto known = known_.find(inode);
  if (known != known_.end() && known->second.entry.id.inode == entry.id.inode) {
    entry.id = known->second.entry.id;
    entry.fd = known->second.entry.fd;
    return absl::OkStatus();
  }
  absl::StatusOr<uint64_t> cookie = CurrentNetnsCookie();
  if (cookie.ok()) entry.id.cookie = *cookie;
  UniqueFd fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "open the own network namespace");
  entry.fd = std::make_shared<const UniqueFd>(std::move(fd));
  return absl::OkStatus();
}

// An inode is used again at once when its namespace is gone. It is taken for the same namespace
// while the process that stood for it is in it, or another one that ran at the last look already.
uint32_t ProcfsNetnsDirectory::Generation(uint64_t proc_net_inode, const Known& found) {
  auto before = generations_.find(proc_net_inode);
  if (before == generations_.end()) return 0;
  auto known = known_.find(proc_net_inode);
  if (known == known_.end()) return before->second + 1;
  const Known& last = known->second;
  const bool is_process_there =
      ProcNetInode(last.pid) == proc_net_inode && StartTicks(last.pid) == last.start_ticks;
  const double last_scan_ticks =
      absl::ToDoubleSeconds(*last_scan_) * static_cast<double>(sysconf(_SC_CLK_TCK));
  // Ticks are cut to whole ones, so only the next one is certainly later.
  const bool was_there =
      is_process_there || static_cast<double>(found.start_ticks + 1) <= last_scan_ticks;
  return was_there ? before->second : before->second + 1;
}

bool ProcfsNetnsDirectory::IsWanted(const std::vector<std::string>& filter, const Known& known) {
  FoundNetns found;
  found.is_host = known.is_host;
  return IsWantedNetns(filter, known.entry.id.inode, found);
}

}  // namespace berthmaster
