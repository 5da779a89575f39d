#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/lint/glob.h"
#include "cli/lint/lint.h"
#include "cli/lint/sysctl_conf.h"

namespace berthmaster {
namespace {

// "10-a.conf:3 error tw-recycle-gone", one a line.
std::string Found(const std::vector<std::pair<std::string, std::string>>& files,
                  const LintOptions& options = {}) {
  std::vector<LintSource> sources;
  sources.reserve(files.size());
  for (const auto& [name, content] : files) {
    sources.push_back({.name = name, .content = content, .is_manifest = false, .hidden_by = ""});
  }
  return absl::StrJoin(
      Lint(sources, options).findings, "\n", [](std::string* out, const LintFinding& finding) {
        absl::StrAppend(out, finding.file, ":", finding.line, " ",
                        SeverityName(finding.advice.severity), " ", finding.advice.id);
      });
}

TEST(LintConf, JudgesTheOldRecipe) {
  EXPECT_EQ(Found({{"a",
                    "# from a page of 2013\n"
                    "net.ipv4.tcp_syncookies = 1\n"
                    "net.ipv4.tcp_tw_reuse = 1\n"
                    "net.ipv4.tcp_tw_recycle = 1\n"
                    "net.ipv4.tcp_fin_timeout = 30\n"}}),
            "a:2 note syncookies-not-ports\n"
            "a:3 note tw-reuse-clients-only\n"
            "a:4 error tw-recycle-gone\n"
            "a:5 warning fin-timeout-not-time-wait");
}

TEST(LintConf, ChecksSettingsOfDifferentFilesAgainstEachOther) {
  const std::vector<LintSource> sources = {{.name = "10.conf",
                                            .content = "net.ipv4.tcp_tw_reuse=1\n",
                                            .is_manifest = false,
                                            .hidden_by = ""},
                                           {.name = "20.conf",
                                            .content = "\nnet/ipv4/tcp_timestamps = 0\n",
                                            .is_manifest = false,
                                            .hidden_by = ""}};
  const LintReport report = Lint(sources, {});
  ASSERT_EQ(report.findings.size(), 2u);
  const LintFinding& reuse = report.findings[0];
  EXPECT_EQ(reuse.advice.id, "tw-reuse-without-timestamps");
  ASSERT_EQ(reuse.related.size(), 1u);
  EXPECT_EQ(reuse.related[0].setting, "net.ipv4.tcp_timestamps");
  EXPECT_EQ(reuse.related[0].value, "0");
  EXPECT_EQ(reuse.related[0].file, "20.conf");
  EXPECT_EQ(reuse.related[0].line, 2);
  EXPECT_EQ(report.setting_count, 2);
}

TEST(LintConf, LetsTheLastLineWin) {
  EXPECT_EQ(Found({{"10.conf", "net.ipv4.tcp_fin_timeout = 5\n"},
                   {"20.conf", "net.ipv4.tcp_fin_timeout = 60\n"}}),
            "10.conf:1 note overridden");
  EXPECT_EQ(Found({{"a", "net.ipv4.tcp_fin_timeout = 5\nnet/ipv4/tcp_fin_timeout = 60\n"}}),
            "a:1 warning overridden");
  EXPECT_EQ(Found({{"a", "net.ipv4.ip_local_reserved_ports = 40000\n"},
                   {"b", "net.ipv4.ip_local_reserved_ports = 50000\n"}}),
            "a:1 warning reserved-ports-replaced");
}

// As sysctl of procps 4.0.2 and systemd-sysctl 252 were seen to do.
TEST(LintConf, LetsALineOfItsOwnWinOverEveryGlob) {
  EXPECT_EQ(Found({{"a", "net.ipv4.tcp_keepalive_time = 60\nnet.ipv4.tcp_keepalive_* = 6000\n"}}),
            "a:2 warning value-unusual\na:2 error value-refused");
  EXPECT_EQ(Found({{"a", "net.ipv4.tcp_keepalive_* = 61\n-net.ipv4.tcp_keepalive_probes\n"}}), "");
  EXPECT_EQ(Found({{"a", "net.*.tcp_fin_timeout = 65\n"}}), "a:1 error fin-timeout-above-60");
}

TEST(LintConf, ReadsLinesAsSysctlDoes) {
  EXPECT_EQ(Found({{"a", "; comment\n  # comment\n\n \t\nvm.swappiness=1\r\n"}}), "");
  EXPECT_EQ(Found({{"a", "net.ipv4.tcp_rmem\n= 1\n"}}), "a:1 error syntax\na:2 error syntax");
  EXPECT_EQ(Found({{"a", "net.ipv4.tcp_tw_reuse = 2 # loopback\n"}}),
            "a:1 warning value-rest-ignored");
  EXPECT_EQ(Found({{"a", "net.ipv4.ip_local_reserved_ports = 40000 # db\n"}}),
            "a:1 error value-invalid");
  EXPECT_EQ(Found({{"a", "-net.ipv4.tcp_tw_recycle = 1\n"}}), "a:1 warning tw-recycle-gone");
  EXPECT_EQ(Found({{"a", std::string(5000, 'a') + "=1\n"}}), "a:1 error syntax");
}

TEST(LintConf, WantsNamesInFull) {
  EXPECT_EQ(Found({{"a", "tcp_fin_timeout = 60\n"}}), "a:1 error no-such-sysctl");
  EXPECT_EQ(Found({{"a", "SO_LINGER = 0\n"}}), "a:1 error no-such-sysctl");
  EXPECT_EQ(Found({{"a", "net.ipv4.tcp_fin_timeuot = 60\n"}}), "a:1 error no-such-sysctl");
  EXPECT_EQ(Found({{"a", "net.nf_conntrack_max = 262144\n"}}), "");
}

TEST(LintConf, LooksAtTheOrderOfWriting) {
  const std::string reserve = "net.ipv4.ip_local_reserved_ports = 600-32767\n";
  EXPECT_EQ(Found({{"a", reserve + "net.ipv4.ip_local_port_range = 600 60999\n"
                                   "net.ipv4.ip_unprivileged_port_start = 600\n"}}),
            "a:1 warning reserved-ports-take-range\na:2 error write-order");
  EXPECT_EQ(Found({{"a", reserve + "net.ipv4.ip_unprivileged_port_start = 600\n"
                                   "net.ipv4.ip_local_port_range = 600 60999\n"}}),
            "a:1 warning reserved-ports-take-range");
  EXPECT_EQ(Found({{"a", "net.ipv4.ip_unprivileged_port_start = 40000\n"}}),
            "a:1 error unprivileged-start-above-range");
}

TEST(LintConf, JudgesForAKernelOnlyWhenItIsNamed) {
  const std::string line = "net.ipv4.tcp_tw_reuse_delay = 1000\n";
  EXPECT_EQ(Found({{"a", line}}), "");
  EXPECT_EQ(Found({{"a", line}}, {.kernel = Release{6, 1}, .kubernetes = {}}),
            "a:1 error not-in-this-kernel");
}

TEST(LintConf, LeavesOutWhatACommentAllows) {
  const LintReport report =
      Lint({{.name = "a",
             .content = "# berthctl lint: allow fin-timeout-not-time-wait, value-unusual\n"
                        "net.ipv4.tcp_fin_timeout = 20\n",
             .is_manifest = false,
             .hidden_by = ""}},
           {});
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.allowed_count, 1);
  EXPECT_EQ(Found({{"a", "# berthctl lint: allow nothing\nnet.ipv4.tcp_fin_timeout = 20\n"}}),
            "a:2 warning fin-timeout-not-time-wait");
}

TEST(ParseSysctlConf, BoundsTheLines) {
  std::string content;
  for (int i = 0; i < 10001; ++i) absl::StrAppend(&content, "vm.a", i, " = 1\n");
  const SysctlConf conf = ParseSysctlConf(content);
  EXPECT_EQ(conf.lines.size(), 10000u);
  ASSERT_EQ(conf.problems.size(), 1u);
  EXPECT_EQ(conf.problems[0].line, 10001);
}

TEST(MatchesGlob, StaysInsideOnePart) {
  EXPECT_TRUE(MatchesGlob("net.ipv4.tcp_*", "net.ipv4.tcp_tw_reuse"));
  EXPECT_TRUE(MatchesGlob("net.ipv?.tcp_tw_re[a-u]se", "net.ipv4.tcp_tw_reuse"));
  EXPECT_TRUE(MatchesGlob("net.ipv4.*[!x]", "net.ipv4.tcp_tw_reuse"));
  EXPECT_FALSE(MatchesGlob("net.*", "net.ipv4.tcp_tw_reuse"));
  EXPECT_FALSE(MatchesGlob("net.ipv4.tcp_?", "net.ipv4.tcp_tw_reuse"));
  EXPECT_FALSE(MatchesGlob("net.ipv4.[", "net.ipv4.tcp_tw_reuse"));
  EXPECT_FALSE(MatchesGlob("", "net.ipv4.tcp_tw_reuse"));
}

}  // namespace
}  // namespace berthmaster
