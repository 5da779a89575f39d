#include "cli/explanation.h"

#include "absl/strings/str_cat.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/kubernetes.h"
#include "common/sysctl/topic.h"

namespace berthmaster {
namespace {

constexpr char kComputedDefault[] = "worked out by the kernel from the size of the host";

std::string ScopeText(TunableScope scope) {
  switch (scope) {
    case TunableScope::kNetns:
      return "each network namespace has its own and begins with the default: the value of the "
             "node does not reach its pods";
    case TunableScope::kNetnsReadOnly:
      return "each network namespace has its own; nobody can write it";
    case TunableScope::kHost:
      return "one for the host; pods do not have it";
    case TunableScope::kHostSeenEverywhere:
      return "one for the host; pods see it and cannot write it";
  }
  return "";
}

std::string RiskText(TunableRisk risk) {
  switch (risk) {
    case TunableRisk::kLow:
      return "low";
    case TunableRisk::kMedium:
      return "medium";
    case TunableRisk::kHigh:
      return "high";
  }
  return "";
}

std::string BoundsText(const Tunable& tunable, int64_t low, int64_t high) {
  // What cannot be written has no bounds.
  if (tunable.scope == TunableScope::kNetnsReadOnly) return "";
  const absl::string_view unit = tunable.form == TunableForm::kInteger ? "" : "ports ";
  return absl::StrCat(unit, low, " to ", high);
}

std::string PodText(absl::string_view sysctl) {
  const PodSysctl pod = PodSysctlOf(sysctl);
  switch (pod.rule) {
    case PodSysctlRule::kSafe:
      return absl::StrCat("safe: any pod may set it",
                          pod.since.empty() ? "" : absl::StrCat(" since Kubernetes ", pod.since),
                          "; not with hostNetwork");
    case PodSysctlRule::kUnsafe:
      return "unsafe: the kubelet must be told to allow it; not with hostNetwork";
    case PodSysctlRule::kNotNamespaced:
      return "no pod can set it";
  }
  return "";
}

std::string DefaultText(const Tunable& tunable) {
  if (!tunable.default_value.has_value()) return kComputedDefault;
  if (tunable.default_value->empty()) return "empty";
  return std::string(*tunable.default_value);
}

std::vector<DurableForm> DurableFormsOf(absl::string_view sysctl, TunableScope scope) {
  if (scope == TunableScope::kNetnsReadOnly) return {};
  std::vector<DurableForm> forms;
  const bool is_netns = scope == TunableScope::kNetns;
  forms.push_back({"node", absl::StrCat("# /etc/sysctl.d/90-berthmaster.conf: the host",
                                        is_netns ? " and its hostNetwork pods, no other pod" : "",
                                        "\n", sysctl, " = VALUE")});
  if (!is_netns) return forms;
  forms.push_back({"pod", absl::StrCat("# the pod's spec\n"
                                       "securityContext:\n"
                                       "  sysctls:\n"
                                       "  - name: ",
                                       sysctl,
                                       "\n"
                                       "    value: \"VALUE\"")});
  if (PodSysctlOf(sysctl).rule == PodSysctlRule::kUnsafe) {
    forms.push_back({"kubelet", absl::StrCat("# KubeletConfiguration of the nodes of these pods\n"
                                             "allowedUnsafeSysctls:\n"
                                             "- ",
                                             sysctl)});
  }
  return forms;
}

void FillTunable(const Tunable& tunable, Explanation& explanation) {
  explanation.kind = "sysctl";
  explanation.effect = std::string(tunable.effect);
  explanation.scope = ScopeText(tunable.scope);
  if (!tunable.since_kernel.empty()) {
    explanation.since_kernel =
        tunable.is_new_since || tunable.scope != TunableScope::kNetns
            ? absl::StrCat("Linux ", tunable.since_kernel)
            : absl::StrCat("Linux ", tunable.since_kernel, "; before, one for the host");
  }
  explanation.default_value = DefaultText(tunable);
  explanation.kernel_bounds = BoundsText(tunable, tunable.kernel_min, tunable.kernel_max);
  explanation.sensible_bounds = BoundsText(tunable, tunable.value_min, tunable.value_max);
  explanation.risk = RiskText(tunable.risk);
  explanation.pod = PodText(tunable.sysctl);
  explanation.berthmaster =
      tunable.writable ? "writes it, when a person has approved" : "only reads it";
  explanation.durable_forms = DurableFormsOf(tunable.sysctl, tunable.scope);
}

void FillTopic(const Topic& topic, Explanation& explanation) {
  explanation.kind = topic.kind == TopicKind::kSocketOption ? "socket option" : "socket state";
  explanation.effect = std::string(topic.effect);
  if (!topic.since_kernel.empty()) {
    explanation.since_kernel = absl::StrCat("Linux ", topic.since_kernel);
  }
  explanation.usage = std::string(topic.usage);
}

}  // namespace

Explanation ExplainSetting(absl::string_view name) {
  Explanation explanation;
  explanation.name = std::string(name);
  if (const Tunable* tunable = FindTunable(name); tunable != nullptr) {
    FillTunable(*tunable, explanation);
  } else if (const Topic* topic = FindTopic(name); topic != nullptr) {
    FillTopic(*topic, explanation);
  }
  for (const RetiredTunable& retired : RetiredTunables()) {
    if (retired.sysctl != name) continue;
    explanation.kind = "retired sysctl";
    explanation.effect = absl::StrCat("No kernel in use has it: ", retired.reason, ".");
    explanation.removed_in_kernel = absl::StrCat("Linux ", retired.removed_in_kernel);
  }
  for (const Lesson& lesson : Lessons()) {
    if (lesson.setting == name) explanation.lessons.push_back(lesson);
  }
  return explanation;
}

std::vector<absl::string_view> ExplainedNames() {
  std::vector<absl::string_view> names;
  for (const Tunable& tunable : Tunables()) names.push_back(tunable.sysctl);
  for (const RetiredTunable& retired : RetiredTunables()) names.push_back(retired.sysctl);
  for (const Topic& topic : Topics()) names.push_back(topic.name);
  return names;
}

}  // namespace berthmaster
