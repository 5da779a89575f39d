#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/sysctl/judge.h"
#include "common/sysctl/kubernetes.h"
#include "common/sysctl/setting_name.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kKubernetesSource =
    "Kubernetes documentation, Using sysctls in a Kubernetes Cluster";

bool IsAllowed(absl::string_view sysctl, const std::vector<std::string>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [sysctl](const std::string& entry) {
    absl::string_view pattern = entry;
    if (absl::ConsumeSuffix(&pattern, "*")) return absl::StartsWith(sysctl, pattern);
    return sysctl == pattern;
  });
}

void JudgePod(Judgement& judgement) {
  const absl::string_view name = judgement.name();
  const PodSysctl pod = PodSysctlOf(name);
  auto say = [&](absl::string_view id, AdviceSeverity severity, std::string reason,
                 std::string instead) {
    judgement.Say({.id = std::string(id),
                   .severity = severity,
                   .reason = std::move(reason),
                   .instead = std::move(instead),
                   .source = std::string(kKubernetesSource)});
  };
  if (pod.rule == PodSysctlRule::kNotNamespaced) {
    say("pod-not-namespaced", AdviceSeverity::kError,
        "It is one value for the whole node: no pod can set it, and the pod does not start.",
        "Set it on the node (sysctl.d), for all of its pods.");
    return;
  }
  if (IsAllowed(name, judgement.context().allowed_unsafe_sysctls)) return;
  const std::optional<Release> since = ParseRelease(pod.since);
  const std::optional<Release>& kubernetes = judgement.context().kubernetes;
  const bool is_too_old = since.has_value() && kubernetes.has_value() && *kubernetes < *since;
  if (pod.rule == PodSysctlRule::kUnsafe || is_too_old) {
    say("pod-unsafe", AdviceSeverity::kWarning,
        absl::StrCat("It is not in the safe set of Kubernetes",
                     is_too_old ? absl::StrCat(" before ", pod.since) : "",
                     ": the kubelet refuses the pod (SysctlForbidden), and the Pod Security "
                     "Standards baseline and restricted do, too."),
        absl::StrCat("Allow it on the nodes where the pod may run: allowedUnsafeSysctls: [\"", name,
                     "\"] in the kubelet's configuration, and steer the pod there."));
  } else if (since.has_value() && !kubernetes.has_value()) {
    say("pod-safe-since", AdviceSeverity::kNote,
        absl::StrCat("It is in the safe set since Kubernetes ", pod.since,
                     "; before that the kubelet must be told to allow it."),
        "");
  }
}

void JudgeHostNetworkPod(Judgement& judgement) {
  if (!absl::StartsWith(judgement.name(), "net.")) return JudgePod(judgement);
  judgement.Say({.id = "pod-host-network",
                 .severity = AdviceSeverity::kError,
                 .reason = "A pod with hostNetwork: true has no network namespace of its own: "
                           "Kubernetes refuses net.* sysctls for it.",
                 .instead = "Set it on the node (sysctl.d), where it holds for every hostNetwork "
                            "pod and the host, or give the pod a network of its own.",
                 .source = std::string(kKubernetesSource)});
}

void JudgeKernel(Judgement& judgement) {
  const Tunable* tunable = judgement.tunable();
  const std::optional<Release>& kernel = judgement.context().kernel;
  if (tunable == nullptr || !kernel.has_value()) return;
  const std::optional<Release> since = ParseRelease(tunable->since_kernel);
  if (!since.has_value() || *kernel >= *since) return;
  if (tunable->is_new_since) {
    judgement.Say(
        {.id = "not-in-this-kernel",
         .severity = AdviceSeverity::kError,
         .reason = absl::StrCat("Linux ", kernel->ToString(), " does not have it; it came with ",
                                tunable->since_kernel, "."),
         .instead = "Leave it out, or put '-' before the line so that it may fail.",
         .source = "the history of the kernel"});
    return;
  }
  const bool is_pod = judgement.context().place == AdvicePlace::kPod;
  judgement.Say({.id = "one-for-the-host",
                 .severity = is_pod ? AdviceSeverity::kError : AdviceSeverity::kNote,
                 .reason = absl::StrCat("Before Linux ", tunable->since_kernel,
                                        " it is one value for the host, and pods do not have it."),
                 .instead = is_pod ? "Set it on the node (sysctl.d)." : "",
                 .source = "the history of the kernel"});
}

void JudgeUnknownName(Judgement& judgement) {
  const absl::string_view name = judgement.name();
  const std::optional<absl::string_view> meant = LikelySlipOf(name);
  if (!meant.has_value()) return;
  const bool is_ipv6 = absl::StartsWith(name, "net.ipv6.");
  judgement.Say({.id = "no-such-sysctl",
                 .severity = AdviceSeverity::kError,
                 .reason = is_ipv6 ? "There is no such sysctl: the one of net.ipv4 holds for IPv6, "
                                     "too."
                                   : "There is no such sysctl, and the line fails.",
                 .instead = std::string(*meant),
                 .source = "Linux Documentation/networking/ip-sysctl"});
}

}  // namespace

void JudgeReach(Judgement& judgement) {
  if (judgement.tunable() == nullptr) JudgeUnknownName(judgement);
  JudgeKernel(judgement);
  switch (judgement.context().place) {
    case AdvicePlace::kPod:
      return JudgePod(judgement);
    case AdvicePlace::kHostNetworkPod:
      return JudgeHostNetworkPod(judgement);
    case AdvicePlace::kUnknown:
    case AdvicePlace::kHost:
      break;
  }
  const Tunable* tunable = judgement.tunable();
  if (tunable == nullptr || tunable->scope != TunableScope::kNetnsReadOnly) return;
  judgement.Say({.id = "read-only",
                 .severity = AdviceSeverity::kError,
                 .reason = "Nobody can write it: the kernel shows what it chose.",
                 .instead = "Take the line out.",
                 .source = "net/ipv4/sysctl_net_ipv4.c"});
}

}  // namespace berthmaster
