#include "cli/lint/manifest_lint.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/lint/manifest.h"
#include "common/sysctl/kubernetes.h"

namespace berthmaster {
namespace {

constexpr char kKubernetesSource[] =
    "Kubernetes documentation, Using sysctls in a Kubernetes Cluster";

struct ReadManifest {
  size_t source = 0;
  Manifest manifest;
};

// The message of ParseManifest is "LINE: what".
void AddUnreadable(size_t source, const absl::Status& status, Findings& findings) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(absl::string_view(status.message()), absl::MaxSplits(": ", 1));
  int line = 1;
  if (!absl::SimpleAtoi(parts.first, &line) || line < 1) line = 1;
  findings.AddSyntax({.source = source, .line = line}, AdviceSeverity::kError, "syntax",
                     absl::StrCat("The file cannot be read as YAML: ", parts.second, "."),
                     "A rendered manifest; templates have to be rendered first.");
}

class ManifestJudge {
 public:
  ManifestJudge(const std::vector<LintSource>& sources, const LintOptions& options,
                Findings& findings)
      : sources_(sources), options_(options), findings_(findings) {}

  void Read(size_t source) {
    absl::StatusOr<Manifest> manifest = ParseManifest(sources_[source].content);
    if (!manifest.ok()) return AddUnreadable(source, manifest.status(), findings_);
    for (const auto& [line, what] : manifest->problems) {
      findings_.AddSyntax({.source = source, .line = line}, AdviceSeverity::kError, "syntax", what,
                          "- {name: net.ipv4.ip_local_port_range, value: \"32768 60999\"}");
    }
    if (manifest->is_cut) {
      findings_.AddSyntax({.source = source, .line = 1}, AdviceSeverity::kError, "too-large",
                          "It has too many sysctls; the rest was not read.", "Several files.");
    }
    for (const ManifestSetting& allowed : manifest->allowed_unsafe_sysctls) {
      allowed_.push_back(allowed.name);
      JudgeAllowed(source, allowed);
    }
    setting_count_ += static_cast<int>(manifest->allowed_unsafe_sysctls.size());
    manifests_.push_back({source, *std::move(manifest)});
  }

  // All kubelet configurations are read by then.
  int Judge() {
    for (const ReadManifest& read : manifests_) {
      for (const PodSettings& pod : read.manifest.pods) JudgePod(read.source, pod);
    }
    return setting_count_;
  }

 private:
  void JudgeAllowed(size_t source, const ManifestSetting& allowed) {
    const SettingPlace place{source, allowed.line, "KubeletConfiguration"};
    if (allowed.name.find('*') != std::string::npos) return;
    if (AddWrongName(place, allowed.name, "", findings_)) return;
    if (PodSysctlOf(allowed.name).rule != PodSysctlRule::kNotNamespaced) return;
    findings_.Add(place, allowed.name, "",
                  {.id = "pod-not-namespaced",
                   .severity = AdviceSeverity::kError,
                   .reason = "It is one value for the whole node: no pod can set it, and the "
                             "kubelet does not start with it on its list.",
                   .instead = "Take it off the list and set it on the node (sysctl.d).",
                   .source = kKubernetesSource});
  }

  void JudgePod(size_t source, const PodSettings& pod) {
    setting_count_ += static_cast<int>(pod.sysctls.size());
    EffectiveSettings effective;
    for (const ManifestSetting& setting : pod.sysctls) {
      const SettingPlace place{source, setting.line, pod.object};
      auto [it, is_first] =
          effective.try_emplace(setting.name, EffectiveSetting{setting.value, place});
      if (is_first) continue;
      findings_.Add(place, setting.name, setting.value,
                    {.id = "pod-duplicate",
                     .severity = AdviceSeverity::kError,
                     .reason = absl::StrCat("The pod has it twice, in line ", it->second.place.line,
                                            " too: Kubernetes refuses that."),
                     .instead = "One entry for each name.",
                     .source = kKubernetesSource});
    }
    AdviceContext context{
        .place = pod.has_host_network ? AdvicePlace::kHostNetworkPod : AdvicePlace::kPod,
        .kernel = options_.kernel,
        .kubernetes = options_.kubernetes,
        .values = ValuesOf(effective),
        .allowed_unsafe_sysctls = allowed_};
    for (const auto& [name, setting] : effective) {
      if (AddWrongName(setting.place, name, setting.value, findings_)) continue;
      for (Advice& advice : JudgeSetting(name, setting.value, context)) {
        std::vector<LintRelated> related = RelatedOf(advice, effective, sources_);
        findings_.Add(setting.place, name, setting.value, std::move(advice), std::move(related));
      }
    }
    for (const ManifestSetting& setting : pod.sysctls) {
      if (setting.is_text) continue;
      findings_.Add({source, setting.line, pod.object}, setting.name, setting.value,
                    {.id = "pod-value-not-text",
                     .severity = AdviceSeverity::kError,
                     .reason = "Kubernetes takes texts only as values: a number or a truth value "
                               "without quotes is refused.",
                     .instead = "The value in quotes.",
                     .source = kKubernetesSource});
    }
  }

  const std::vector<LintSource>& sources_;
  const LintOptions& options_;
  Findings& findings_;
  std::vector<ReadManifest> manifests_;
  std::vector<std::string> allowed_;
  int setting_count_ = 0;
};

}  // namespace

int LintManifests(const std::vector<LintSource>& sources, const LintOptions& options,
                  Findings& findings) {
  ManifestJudge judge(sources, options, findings);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].is_manifest && sources[i].hidden_by.empty()) judge.Read(i);
  }
  return judge.Judge();
}

}  // namespace berthmaster
