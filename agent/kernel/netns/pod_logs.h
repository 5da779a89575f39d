#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_POD_LOGS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_POD_LOGS_H_

#include <time.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// A kubelet runs 110 pods by default and some hundreds at most; directories of pods that are gone
// stay for a while.
inline constexpr int kPodsMax = 4096;
// Containers of a pod whose names are said.
inline constexpr int kPodContainersMax = 4;

// A pod as Kubernetes names it. Texts are clean (CleanText).
struct PodName {
  std::string pod_namespace;
  std::string pod;
  friend bool operator==(const PodName&, const PodName&) = default;
};

struct PodLogDirectory {
  std::string uid;
  PodName name;
};

// Reads the name of a directory in /var/log/pods, "<namespace>_<pod>_<uid>" (BuildPodLogsDirectory
// of the kubelet); nothing for another.
std::optional<PodLogDirectory> ParsePodLogDirectory(absl::string_view name);

// The pods of this host by the names of the directories that the kubelet makes for their logs; no
// file is opened, no API server asked. Reads /var/log/pods again only when its mtime has changed.
// One thread.
class PodLogs {
 public:
  // The first of these that exists is read; those of the real host, also when the agent runs in a
  // container of its own.
  explicit PodLogs(std::vector<std::string> directories = {"/var/log/pods",
                                                           "/proc/1/root/var/log/pods"});

  // To be called once before a round of Find().
  void Refresh();

  // The pod of that UID, as of the last Refresh().
  std::optional<PodName> Find(absl::string_view uid) const;

  // The names of its containers, sorted, at most kPodContainersMax: those that have logged, init
  // containers among them. Reads the pod's directory each time.
  std::vector<std::string> FindContainers(absl::string_view uid) const;

 private:
  struct Known {
    PodName name;
    std::string directory;
  };
  void ReadDirectory(const std::string& path);

  const std::vector<std::string> directories_;
  std::string path_;
  timespec mtime_{};
  bool is_certain_ = false;
  // By UID.
  absl::flat_hash_map<std::string, Known> pods_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_POD_LOGS_H_
