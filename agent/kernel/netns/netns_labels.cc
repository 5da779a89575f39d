#include "agent/kernel/netns/netns_labels.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/kernel/clean_text.h"
#include "agent/kernel/netns/cgroup_path.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

// comm has 16 bytes (TASK_COMM_LEN), a kernel thread's up to 64.
constexpr size_t kCommBytesMax = 256;
// Some 14 hierarchies with paths of mostly less than 300 bytes; what is longer tells nothing.
constexpr size_t kCgroupBytesMax = 64 * 1024;
// As docker ps shows it.
constexpr size_t kShortIdBytes = 12;

using Labels = std::map<std::string, std::string>;

void Set(Labels& labels, const char* key, std::string value) {
  if (!value.empty()) labels[key] = std::move(value);
}

std::string Get(const Labels& labels, const char* key) {
  auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

std::string PodText(const Labels& labels) {
  const std::string uid = Get(labels, "pod_uid");
  if (uid.empty()) return "";
  const std::string pod = Get(labels, "pod");
  if (pod.empty()) return absl::StrCat("pod ", uid);
  return absl::StrCat(Get(labels, "pod_namespace"), "/", pod);
}

std::string LabelOf(const FoundNetns& found, const Labels& labels) {
  if (found.is_host) return "host";
  for (const std::string& text :
       {PodText(labels), Get(labels, "named"), Get(labels, "container"),
        Get(labels, "container_id").substr(0, kShortIdBytes), Get(labels, "unit"),
        Get(labels, "process"), Get(labels, "mount")}) {
    // Everybody may call a process or a name "host"; that word is kept for the one.
    if (!text.empty()) return text == "host" ? "host (not the host's)" : text;
  }
  return "netns";
}

}  // namespace

NetnsLabels::NetnsLabels(PodLogs pod_logs, std::string proc)
    : proc_(std::move(proc)), pod_logs_(std::move(pod_logs)) {}

void NetnsLabels::StartScan() {
  absl::erase_if(remembered_,
                 [this](const auto& item) { return item.second.asked != scan_number_; });
  ++scan_number_;
  pod_logs_.Refresh();
}

const NetnsDescription& NetnsLabels::Describe(uint64_t inode, const FoundNetns& found) {
  Remembered& remembered = remembered_[inode];
  remembered.asked = scan_number_;
  const bool is_known = remembered.described != 0 && remembered.found == found;
  if (!is_known || scan_number_ - remembered.described >= kDescriptionScans) {
    remembered.found = found;
    remembered.description = MakeDescription(found);
    remembered.described = scan_number_;
  }
  return remembered.description;
}

NetnsDescription NetnsLabels::MakeDescription(const FoundNetns& found) const {
  NetnsDescription description;
  Labels& labels = description.labels;
  Set(labels, "named", CleanText(found.named));
  Set(labels, "mount", CleanText(found.mount));
  if (found.leading_pid > 0) {
    const std::string directory = absl::StrCat(proc_, "/", found.leading_pid);
    labels["pid"] = absl::StrCat(found.leading_pid);
    const absl::StatusOr<std::string> comm = ReadFile(directory + "/comm", kCommBytesMax);
    // A process may call itself nothing at all.
    const std::string name = comm.ok() ? CleanText(*comm) : "";
    labels["process"] = name.empty() ? absl::StrCat("pid ", found.leading_pid) : name;
    const absl::StatusOr<std::string> text = ReadFile(directory + "/cgroup", kCgroupBytesMax);
    CgroupIdentity identity;
    if (text.ok()) identity = ParseProcessCgroup(*text).identity;
    Set(labels, "unit", std::move(identity.unit));
    // A pod on the host's network is one user of it among many.
    if (!found.is_host) {
      Set(labels, "container_id", std::move(identity.container_id));
      Set(labels, "container", std::move(identity.container));
      Set(labels, "runtime", std::move(identity.runtime));
      Set(labels, "pod_uid", identity.pod_uid);
      if (const std::optional<PodName> pod = pod_logs_.Find(identity.pod_uid); pod.has_value()) {
        Set(labels, "pod_namespace", pod->pod_namespace);
        Set(labels, "pod", pod->pod);
        Set(labels, "container",
            CleanText(absl::StrJoin(pod_logs_.FindContainers(identity.pod_uid), ",")));
      }
    }
  }
  description.label = LabelOf(found, labels);
  return description;
}

}  // namespace berthmaster
