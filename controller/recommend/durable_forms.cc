#include "controller/recommend/durable_forms.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/sysctl/catalogue.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kDropInPath = "/etc/sysctl.d/60-berthmaster.conf";

// How a change is spelled in each form.
std::string DropInLine(const SysctlChange& change) {
  return absl::StrCat(change.sysctl, " = ", change.desired_value, "\n");
}
std::string CommandWord(const SysctlChange& change) {
  return absl::StrCat("'", change.sysctl, "=", change.desired_value, "'");
}
std::string PodEntry(const SysctlChange& change) {
  return absl::StrCat("  - name: ", change.sysctl, "\n    value: \"", change.desired_value, "\"\n");
}

std::vector<DurableForm> PodForms(const std::vector<SysctlChange>& changes) {
  std::string spec = "securityContext:\n  sysctls:\n";
  std::string since;
  std::vector<std::string> unsafe;
  for (const SysctlChange& change : changes) {
    absl::StrAppend(&spec, PodEntry(change));
    const Tunable* tunable = FindTunable(change.sysctl);
    if (tunable == nullptr || !tunable->pod_safe) {
      unsafe.push_back(change.sysctl);
    } else if (!tunable->pod_safe_since.empty()) {
      absl::StrAppend(&since, "# ", change.sysctl, " is safe since Kubernetes ",
                      tunable->pod_safe_since, ".\n");
    }
  }
  std::vector<DurableForm> forms;
  forms.push_back({DurableFormKind::kPodSecurityContext,
                   "the pod's spec (not of a pod with hostNetwork: it has the host's values)",
                   absl::StrCat(since, spec)});
  if (unsafe.empty()) return forms;
  std::string allow = "allowedUnsafeSysctls:\n";
  for (const std::string& sysctl : unsafe) absl::StrAppend(&allow, "- ", sysctl, "\n");
  forms.push_back({DurableFormKind::kKubeletAllowList,
                   "the kubelet's configuration of every node that runs the pod",
                   absl::StrCat("# Kubernetes does not call it safe: without this, or the flag\n",
                                "# --allowed-unsafe-sysctls=", absl::StrJoin(unsafe, ","),
                                "\n# the pod is not admitted.\n", allow)});
  return forms;
}

}  // namespace

std::vector<DurableForm> WithValues(std::vector<DurableForm> forms,
                                    const std::vector<SysctlChange>& before,
                                    const std::vector<SysctlChange>& now) {
  std::vector<std::pair<std::string, std::string>> replacements;
  for (size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    for (const auto& spelling : {&DropInLine, &CommandWord, &PodEntry}) {
      replacements.emplace_back(spelling(before[i]), spelling(now[i]));
    }
  }
  for (DurableForm& form : forms) form.text = absl::StrReplaceAll(form.text, replacements);
  return forms;
}

std::vector<DurableForm> DurableForms(const NetnsSample& netns,
                                      const std::vector<SysctlChange>& changes) {
  if (changes.empty()) return {};
  if (IsPodNetns(netns)) return PodForms(changes);
  std::string lines;
  std::string commands;
  for (const SysctlChange& change : changes) {
    absl::StrAppend(&lines, DropInLine(change));
    absl::StrAppend(&commands, CommandPrefix(netns), "sysctl -w ", CommandWord(change), "\n");
  }
  if (IsHostNetns(netns)) {
    return {{DurableFormKind::kSysctlDropIn, std::string(kDropInPath), lines}};
  }
  return {{DurableFormKind::kCommand,
           "where this netns is made: a sysctl.d drop-in only reaches the host's own", commands}};
}

}  // namespace berthmaster
