#ifndef BERTHMASTER_COMMON_SYSCTL_KUBERNETES_H_
#define BERTHMASTER_COMMON_SYSCTL_KUBERNETES_H_

#include "absl/strings/string_view.h"

namespace berthmaster {

// What Kubernetes says to a sysctl in a pod's securityContext.
enum class PodSysctlRule {
  // Any pod may set it.
  kSafe,
  // Only where the kubelet is told to allow it (--allowed-unsafe-sysctls).
  kUnsafe,
  // One value for the whole node: no pod may set it.
  kNotNamespaced,
};

struct PodSysctl {
  PodSysctlRule rule = PodSysctlRule::kNotNamespaced;
  // Of kSafe: the release of Kubernetes since which it is; empty for always.
  absl::string_view since{};
};

// By the documentation of Kubernetes ("Using sysctls in a Kubernetes Cluster") and, for what
// belongs to a namespace, by the groups that the kubelet knows: kernel.shm*, kernel.msg*,
// kernel.sem, fs.mqueue.* and net.*. `sysctl` has dots.
PodSysctl PodSysctlOf(absl::string_view sysctl);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_KUBERNETES_H_
