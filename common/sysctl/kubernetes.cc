#include "common/sysctl/kubernetes.h"

#include "absl/strings/match.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

struct SafeSysctl {
  absl::string_view sysctl;
  absl::string_view since;
};

// Those of the safe set that are not in the catalogue.
constexpr SafeSysctl kOtherSafeSysctls[] = {
    {"kernel.shm_rmid_forced", ""},
    {"net.ipv4.ping_group_range", "1.18"},
    {"net.ipv4.tcp_rmem", "1.32"},
    {"net.ipv4.tcp_wmem", "1.32"},
    {"net.ipv4.tcp_slow_start_after_idle", "1.37"},
    {"net.ipv4.tcp_notsent_lowat", "1.37"},
};

bool IsNamespaced(absl::string_view sysctl) {
  if (const Tunable* tunable = FindTunable(sysctl); tunable != nullptr) {
    return tunable->scope == TunableScope::kNetns;
  }
  for (absl::string_view prefix : {"kernel.shm", "kernel.msg", "fs.mqueue.", "net."}) {
    if (absl::StartsWith(sysctl, prefix)) return true;
  }
  return sysctl == "kernel.sem";
}

}  // namespace

PodSysctl PodSysctlOf(absl::string_view sysctl) {
  if (!IsNamespaced(sysctl)) return {.rule = PodSysctlRule::kNotNamespaced};
  if (const Tunable* tunable = FindTunable(sysctl); tunable != nullptr && tunable->pod_safe) {
    return {.rule = PodSysctlRule::kSafe, .since = tunable->pod_safe_since};
  }
  for (const SafeSysctl& safe : kOtherSafeSysctls) {
    if (safe.sysctl == sysctl) return {.rule = PodSysctlRule::kSafe, .since = safe.since};
  }
  return {.rule = PodSysctlRule::kUnsafe};
}

}  // namespace berthmaster
