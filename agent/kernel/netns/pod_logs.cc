#include "agent/kernel/netns/pod_logs.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/kernel/clean_text.h"
#include "agent/kernel/proc_directory.h"

namespace berthmaster {
namespace {

// What a directory may hold beyond which it is not read on: names that are no pods count too.
constexpr int kEntriesMax = 4 * kPodsMax;
// A UUID has 36, a static pod's hash 32.
constexpr size_t kUidBytesMax = 64;

}  // namespace

std::optional<PodLogDirectory> ParsePodLogDirectory(absl::string_view name) {
  // The names of Kubernetes have no '_'.
  const std::vector<absl::string_view> parts = absl::StrSplit(name, absl::MaxSplits('_', 3));
  if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty() ||
      parts[2].size() > kUidBytesMax) {
    return std::nullopt;
  }
  return PodLogDirectory{CleanText(parts[2]), {CleanText(parts[0]), CleanText(parts[1])}};
}

PodLogs::PodLogs(std::vector<std::string> directories) : directories_(std::move(directories)) {}

void PodLogs::Refresh() {
  for (const std::string& path : directories_) {
    struct stat info;
    if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) continue;
    const bool is_same = path == path_ && info.st_mtim.tv_sec == mtime_.tv_sec &&
                         info.st_mtim.tv_nsec == mtime_.tv_nsec;
    if (is_same && is_certain_) return;
    // The clock of mtimes ticks every few milliseconds, so a pod may come after the reading and
    // within the same tick: what was read is believed when it was read a second time.
    is_certain_ = is_same;
    path_ = path;
    mtime_ = info.st_mtim;
    ReadDirectory(path);
    return;
  }
  pods_.clear();
  path_.clear();
}

void PodLogs::ReadDirectory(const std::string& path) {
  pods_.clear();
  Directory directory(opendir(path.c_str()));
  if (directory == nullptr) return;
  for (int entries = 0; entries < kEntriesMax; ++entries) {
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr || pods_.size() >= size_t{kPodsMax}) return;
    std::optional<PodLogDirectory> pod = ParsePodLogDirectory(entry->d_name);
    if (!pod.has_value()) continue;
    pods_[pod->uid] = {std::move(pod->name), entry->d_name};
  }
}

std::optional<PodName> PodLogs::Find(absl::string_view uid) const {
  auto found = pods_.find(uid);
  if (found == pods_.end()) return std::nullopt;
  return found->second.name;
}

std::vector<std::string> PodLogs::FindContainers(absl::string_view uid) const {
  std::vector<std::string> containers;
  auto found = pods_.find(uid);
  if (found == pods_.end()) return containers;
  Directory directory(opendir(absl::StrCat(path_, "/", found->second.directory).c_str()));
  if (directory == nullptr) return containers;
  for (int entries = 0; entries < kEntriesMax; ++entries) {
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)) {
      continue;
    }
    containers.push_back(CleanText(entry->d_name));
  }
  const size_t kept = std::min(containers.size(), size_t{kPodContainersMax});
  std::partial_sort(containers.begin(), containers.begin() + static_cast<ptrdiff_t>(kept),
                    containers.end());
  containers.resize(kept);
  return containers;
}

}  // namespace berthmaster
