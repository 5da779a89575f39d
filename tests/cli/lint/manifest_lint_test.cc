#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/lint/lint.h"
#include "cli/lint/manifest.h"
#include "cli/lint/yaml_tree.h"

namespace berthmaster {
namespace {

// "3 error pod-unsafe Pod/a net.ipv4.tcp_tw_reuse", one a line.
std::string Found(const std::string& yaml, const LintOptions& options = {}) {
  const std::vector<LintSource> sources = {
      {.name = "a.yaml", .content = yaml, .is_manifest = true, .hidden_by = ""}};
  return absl::StrJoin(
      Lint(sources, options).findings, "\n", [](std::string* out, const LintFinding& finding) {
        absl::StrAppend(out, finding.line, " ", SeverityName(finding.advice.severity), " ",
                        finding.advice.id, " ", finding.object, " ", finding.setting);
      });
}

std::string PodWith(const std::string& spec) {
  return absl::StrCat("kind: Pod\nmetadata: {name: a}\nspec: {", spec, "}\n");
}

TEST(LintManifest, JudgesAPod) {
  EXPECT_EQ(Found(PodWith("securityContext: {sysctls: [\n"
                          "{name: net.ipv4.ip_local_port_range, value: \"32768 61000\"},\n"
                          "{name: net.ipv4.tcp_tw_reuse, value: \"1\"},\n"
                          "{name: vm.max_map_count, value: \"262144\"}]}")),
            "4 note range-odd-size Pod/a net.ipv4.ip_local_port_range\n"
            "5 warning pod-unsafe Pod/a net.ipv4.tcp_tw_reuse\n"
            "5 note tw-reuse-clients-only Pod/a net.ipv4.tcp_tw_reuse\n"
            "6 error pod-not-namespaced Pod/a vm.max_map_count");
}

TEST(LintManifest, RefusesNetSysctlsOfHostNetworkPods) {
  EXPECT_EQ(Found(PodWith("hostNetwork: true, securityContext: {sysctls: [\n"
                          "{name: net.ipv4.ip_local_port_range, value: \"32768 60999\"}]}")),
            "4 error pod-host-network Pod/a net.ipv4.ip_local_port_range");
}

TEST(LintManifest, FindsThePodSpecOfEveryWorkload) {
  const std::string pod =
      "{securityContext: {sysctls: [{name: net.ipv4.tcp_tw_reuse, value: \"2\"}]}}";
  for (const char* kind : {"Deployment", "DaemonSet", "StatefulSet", "Job", "Rollout"}) {
    EXPECT_EQ(Found(absl::StrCat("kind: ", kind,
                                 "\nmetadata: {name: w}\nspec: {template: {spec: ", pod, "}}\n")),
              absl::StrCat("3 warning pod-unsafe ", kind, "/w net.ipv4.tcp_tw_reuse"));
  }
  EXPECT_EQ(Found(absl::StrCat("kind: CronJob\nmetadata: {name: w}\nspec:\n  jobTemplate: {spec: "
                               "{template: {spec: ",
                               pod, "}}}\n")),
            "4 warning pod-unsafe CronJob/w net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(Found(absl::StrCat("kind: List\nitems:\n- {kind: Pod, spec: ", pod, "}\n---\n",
                               "kind: ConfigMap\n---\nkind: Pod\nmetadata: {name: b}\nspec: ", pod,
                               "\n")),
            "3 warning pod-unsafe Pod net.ipv4.tcp_tw_reuse\n"
            "9 warning pod-unsafe Pod/b net.ipv4.tcp_tw_reuse");
}

TEST(LintManifest, TakesJson) {
  EXPECT_EQ(Found("{\"kind\": \"Pod\", \"metadata\": {\"name\": \"j\"}, \"spec\": {\n"
                  "\"securityContext\": {\"sysctls\": [\n"
                  "{\"name\": \"net.ipv4.tcp_tw_recycle\", \"value\": \"1\"}]}}}"),
            "3 error tw-recycle-gone Pod/j net.ipv4.tcp_tw_recycle");
}

TEST(LintManifest, KnowsTheSafeSetOfARelease) {
  const std::string pod =
      PodWith("securityContext: {sysctls: [{name: net.ipv4.tcp_keepalive_time, value: \"600\"}]}");
  EXPECT_EQ(Found(pod), "3 note pod-safe-since Pod/a net.ipv4.tcp_keepalive_time");
  EXPECT_EQ(Found(pod, {.kernel = {}, .kubernetes = Release{1, 28}}),
            "3 warning pod-unsafe Pod/a net.ipv4.tcp_keepalive_time");
  EXPECT_EQ(Found(pod, {.kernel = {}, .kubernetes = Release{1, 29}}), "");
}

TEST(LintManifest, ReadsWhatTheKubeletAllows) {
  const std::string pod =
      PodWith("securityContext: {sysctls: [{name: net.ipv4.tcp_tw_reuse, value: \"2\"}]}");
  EXPECT_EQ(Found(absl::StrCat(pod, "---\nkind: KubeletConfiguration\n",
                               "allowedUnsafeSysctls: ['net.ipv4.tcp_*']\n")),
            "");
  EXPECT_EQ(Found("kind: KubeletConfiguration\nallowedUnsafeSysctls:\n"
                  "- net.core.somaxconn\n- net.netfilter.nf_conntrack_max\n- tcp_tw_reuse\n"),
            "4 error pod-not-namespaced KubeletConfiguration net.netfilter.nf_conntrack_max\n"
            "5 error no-such-sysctl KubeletConfiguration tcp_tw_reuse");
}

TEST(LintManifest, RefusesWhatKubernetesDoes) {
  EXPECT_EQ(Found(PodWith("securityContext: {sysctls: [\n"
                          "{name: net.ipv4.tcp_syncookies, value: 1},\n"
                          "{name: kernel.shm_rmid_forced, value: \"1\"},\n"
                          "{name: kernel.shm_rmid_forced, value: \"0\"},\n"
                          "{value: \"0\"}]}")),
            "4 note syncookies-not-ports Pod/a net.ipv4.tcp_syncookies\n"
            "4 error pod-value-not-text Pod/a net.ipv4.tcp_syncookies\n"
            "6 error pod-duplicate Pod/a kernel.shm_rmid_forced\n"
            "7 error syntax  ");
  EXPECT_EQ(Found(PodWith("securityContext: {sysctls: {a: b}}")), "3 error syntax  ");
  EXPECT_EQ(Found("kind: Pod\nspec: [\n"), "3 error syntax  ");
}

TEST(LintManifest, TakesAComment) {
  EXPECT_EQ(Found("kind: Pod\nspec:\n  securityContext:\n    sysctls:\n"
                  "    # berthctl lint: allow pod-unsafe\n"
                  "    - name: net.ipv4.tcp_tw_reuse\n      value: '2'\n"),
            "");
}

TEST(YamlTree, RefusesWhatIsTooDeepTooLargeOrTooTangled) {
  EXPECT_FALSE(YamlTree::Parse(std::string(65, '[') + std::string(65, ']')).ok());
  EXPECT_TRUE(YamlTree::Parse(std::string(64, '[') + std::string(64, ']')).ok());
  std::string many = "[";
  for (int i = 0; i < 200001; ++i) many += "a,";
  EXPECT_TRUE(absl::StrContains(YamlTree::Parse(many + "]").status().message(), "200000 values"));
  std::string aliases = "a: &x [1]\nb: [";
  for (int i = 0; i < 1001; ++i) aliases += "*x,";
  EXPECT_TRUE(absl::StrContains(YamlTree::Parse(aliases + "]").status().message(), "1000 aliases"));
  EXPECT_FALSE(YamlTree::Parse(absl::string_view("a: \0", 4)).ok());
}

TEST(YamlTree, TakesAnAliasForWhatItNames) {
  EXPECT_EQ(Found("kind: Pod\nspec: &s\n  securityContext: &c\n    sysctls:\n"
                  "    - {name: net.ipv4.tcp_tw_reuse, value: '2'}\n"
                  "---\nkind: Pod\nx: &loop {y: *loop}\nspec: *loop\n"),
            "5 warning pod-unsafe Pod net.ipv4.tcp_tw_reuse");
}

TEST(ParseManifest, BoundsWhatAliasesMultiply) {
  std::string yaml = "s: &s\n  securityContext:\n    sysctls:\n";
  for (int i = 0; i < 200; ++i) absl::StrAppend(&yaml, "    - {name: net.x", i, ", value: '1'}\n");
  absl::StrAppend(&yaml, "kind: List\nitems:\n");
  for (int i = 0; i < 900; ++i) absl::StrAppend(&yaml, "- {kind: Pod, spec: *s}\n");
  auto manifest = ParseManifest(yaml);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_TRUE(manifest->is_cut);
  EXPECT_LE(manifest->pods.size(), 51u);
}

}  // namespace
}  // namespace berthmaster
