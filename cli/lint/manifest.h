#ifndef BERTHMASTER_CLI_LINT_MANIFEST_H_
#define BERTHMASTER_CLI_LINT_MANIFEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// More settings than all pods of a cluster's files have; what follows is not read.
inline constexpr size_t kManifestSettingsMax = 10000;

// One entry of securityContext.sysctls, or of the kubelet's list.
struct ManifestSetting {
  // From 1: where its name stands.
  int line = 0;
  // With dots between its parts.
  std::string name;
  std::string value;
  // Whether the value is a text. Kubernetes refuses numbers there.
  bool is_text = true;
};

// A pod spec, wherever it stands.
struct PodSettings {
  // "Deployment/web".
  std::string object;
  bool has_host_network = false;
  std::vector<ManifestSetting> sysctls;
};

struct Manifest {
  std::vector<PodSettings> pods;
  // Of KubeletConfiguration: names, or prefixes that end with '*'.
  std::vector<ManifestSetting> allowed_unsafe_sysctls;
  // What cannot be read, such as a list of sysctls that is none.
  std::vector<std::pair<int, std::string>> problems;
  // Whether the bound on settings cut it.
  bool is_cut = false;
};

// Takes YAML of any number of documents, or JSON: Pods, whatever has a pod template at
// spec.template (Deployment, DaemonSet, StatefulSet, ReplicaSet, Job and kinds of other people),
// CronJob, PodTemplate, Lists of these, and KubeletConfiguration. Other kinds are passed over.
// INVALID_ARGUMENT begins with "LINE: ".
absl::StatusOr<Manifest> ParseManifest(absl::string_view content);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_MANIFEST_H_
