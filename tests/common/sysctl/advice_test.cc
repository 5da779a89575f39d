#include "common/sysctl/advice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace berthmaster {
namespace {

constexpr AdviceGoal kPorts = AdviceGoal::kFreePorts;

// "error tw-recycle-gone, note ...".
std::string Verdict(const std::vector<Advice>& advice) {
  return absl::StrJoin(advice, ", ", [](std::string* out, const Advice& a) {
    absl::StrAppend(out, SeverityName(a.severity), " ", a.id);
  });
}

std::string VerdictOf(absl::string_view setting, absl::string_view value,
                      AdviceGoal goal = AdviceGoal::kUnknown,
                      std::map<std::string, std::string> values = {}) {
  return Verdict(JudgeSetting(setting, value, {.goal = goal, .values = std::move(values)}));
}

std::string PodVerdictOf(absl::string_view setting, absl::string_view value,
                         absl::string_view kubernetes, AdvicePlace place = AdvicePlace::kPod) {
  return Verdict(
      JudgeSetting(setting, value, {.place = place, .kubernetes = ParseRelease(kubernetes)}));
}

// A setting, its value, and what is to be said of it when nothing else is known.
struct Case {
  std::string setting;
  std::string value;
  std::string verdict;
};

// The lines that have been copied from page to page since 2013, as a namespace with 100 ports and
// 60 connections a second judged them.
TEST(Advice, JudgesTheOldRecipeAsTheKernelDoes) {
  const std::vector<Case> cases = {
      {"net.ipv4.tcp_fin_timeout", "30", "warning fin-timeout-not-time-wait"},
      {"net.ipv4.tcp_fin_timeout", "1",
       "warning fin-timeout-short, warning fin-timeout-not-time-wait"},
      {"net.ipv4.tcp_tw_reuse", "1", "note tw-reuse-clients-only"},
      {"net.ipv4.tcp_syncookies", "1", "note syncookies-not-ports"},
      {"net.ipv4.tcp_tw_recycle", "1", "error tw-recycle-gone"},
      {"net.ipv4.tcp_max_tw_buckets", "5000", "error tw-buckets-low"},
      {"SO_LINGER", "{1,0}", "error linger-zero"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(VerdictOf(c.setting, c.value), c.verdict) << c.setting << " = " << c.value;
  }
  EXPECT_EQ(VerdictOf("net.ipv4.tcp_tw_reuse", "1", AdviceGoal::kUnknown,
                      {{"net.ipv4.tcp_timestamps", "0"}}),
            "error tw-reuse-without-timestamps");
}

TEST(Advice, RefusesTheSameRecipeAgainstExhaustion) {
  const std::vector<Case> cases = {
      {"net.ipv4.tcp_fin_timeout", "30", "error fin-timeout-not-time-wait"},
      {"net.ipv4.tcp_syncookies", "1", "error syncookies-not-ports"},
      {"net.ipv4.tcp_tw_recycle", "1", "error tw-recycle-gone"},
      {"net.ipv4.tcp_max_tw_buckets", "20000", "error tw-buckets-low"},
      {"net.ipv4.tcp_max_tw_buckets", "262144", "error tw-buckets-not-ports"},
      {"net.ipv4.tcp_timestamps", "0", "error timestamps-off"},
      {"net.ipv4.tcp_rfc1337", "1", "error rfc1337-not-ports"},
      {"net.netfilter.nf_conntrack_max", "1048576", "error conntrack-max-is-memory"},
      {"SO_LINGER", "0", "error linger-zero"},
      {"SO_REUSEADDR", "1", "error reuse-address-not-connect"},
      {"SO_REUSEPORT", "1", "error reuse-port-not-clients"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(VerdictOf(c.setting, c.value, kPorts), c.verdict) << c.setting << " = " << c.value;
    EXPECT_TRUE(IsRefused(JudgeSetting(c.setting, c.value, {.goal = kPorts}))) << c.setting;
  }
}

TEST(Advice, LetsWhatHelpsAgainstExhaustionPass) {
  const std::vector<Case> cases = {
      {"net.ipv4.tcp_tw_reuse", "1", "note tw-reuse-clients-only"},
      {"net.ipv4.ip_local_port_range", "32768 65535", "warning range-known-services"},
      {"IP_BIND_ADDRESS_NO_PORT", "1", "note bind-no-port-right"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(VerdictOf(c.setting, c.value, kPorts), c.verdict) << c.setting << " = " << c.value;
  }
}

TEST(Advice, SaysNothingOfDefaultsAndOfWhatItDoesNotKnow) {
  for (const Case& c :
       {Case{"net.ipv4.tcp_fin_timeout", "60", ""}, Case{"net.ipv4.tcp_tw_reuse", "2", ""},
        Case{"net.ipv4.tcp_timestamps", "1", ""},
        Case{"net.ipv4.ip_local_port_range", "32768\t60999", ""},
        Case{"net.ipv4.tcp_max_tw_buckets", "262144", ""}, Case{"net.core.somaxconn", "4096", ""},
        Case{"SO_LINGER", "{0,0}", ""}, Case{"vm.swappiness", "10", ""},
        Case{"net.ipv4.tcp_rmem", "1 2 3", ""}, Case{"net.ipv4.conf.all.rp_filter", "1", ""},
        Case{"", "", ""}}) {
    EXPECT_EQ(VerdictOf(c.setting, c.value), c.verdict) << c.setting << " = " << c.value;
  }
}

TEST(Advice, WorksOutWhatFinTimeoutsAboveSixtyMean) {
  auto first = JudgeSetting("tcp_fin_timeout", "65", {}).front();
  EXPECT_EQ(first.id, "fin-timeout-above-60");
  EXPECT_EQ(first.severity, AdviceSeverity::kError);
  EXPECT_TRUE(absl::StartsWith(first.reason, "With 65 an orphan in FIN_WAIT_2 lives 10 s."));
  EXPECT_EQ(VerdictOf("tcp_fin_timeout", "89"), "error fin-timeout-above-60");
  EXPECT_EQ(VerdictOf("tcp_fin_timeout", "90"), "warning fin-timeout-above-60");
  EXPECT_EQ(VerdictOf("tcp_fin_timeout", "0"),
            "error fin-timeout-short, warning fin-timeout-not-time-wait");
}

TEST(Advice, KnowsWhichTimeWaitTablesAreLow) {
  for (const Case& c :
       {Case{"", "0", "error tw-buckets-low"}, Case{"", "8191", "error tw-buckets-low"},
        Case{"", "8192", "warning tw-buckets-low"}, Case{"", "28231", "warning tw-buckets-low"},
        Case{"", "28232", ""}, Case{"", "-1", "warning tw-buckets-unlimited"},
        Case{"", "5000000", "warning value-unusual"}}) {
    EXPECT_EQ(VerdictOf("tcp_max_tw_buckets", c.value), c.verdict) << c.value;
  }
  EXPECT_EQ(
      VerdictOf("tcp_max_tw_buckets", "60000", kPorts, {{"net.ipv4.tcp_max_tw_buckets", "131072"}}),
      "error tw-buckets-low");
}

TEST(Advice, JudgesRangesByWhatTheyLieOver) {
  for (const Case& c :
       {Case{"", "32768 61000", "note range-odd-size"},
        Case{"", "1 2 3",
             "error range-below-unprivileged, warning value-rest-ignored, warning range-narrow"},
        Case{"", "40000 41023", "warning range-narrow"},
        Case{"", "40000 50001", "note range-narrow"},
        Case{"", "30000 60999", "warning range-node-ports"},
        Case{"", "20000 29999", "warning range-known-services, note range-narrow"},
        Case{"", "1024 65535",
             "warning range-node-ports, warning range-vxlan-ports, warning range-known-services"},
        Case{"", "60999 32768", "error value-invalid"}, Case{"", "32768", "error value-invalid"},
        Case{"", "32768-60999", "error value-invalid"}, Case{"", "0 70000", "error value-invalid"},
        Case{"", "", "error value-invalid"}}) {
    EXPECT_EQ(VerdictOf("ip_local_port_range", c.value), c.verdict) << c.value;
  }
}

TEST(Advice, AcceptsARangeWhosePortsAreReserved) {
  EXPECT_EQ(VerdictOf("ip_local_port_range", "20000 60999", AdviceGoal::kUnknown,
                      {{"net.ipv4.ip_local_reserved_ports", "25565,27017,30000-32767"}}),
            "");
  EXPECT_EQ(VerdictOf("ip_local_port_range", "20000 60999", kPorts,
                      {{"net.ipv4.ip_local_reserved_ports", "25565,27017,30000-32766"}}),
            "error range-node-ports");
}

TEST(Advice, RefusesARangeOverListenersThatAreNotReserved) {
  AdviceContext context{.goal = kPorts, .place = AdvicePlace::kPod};
  context.listening_ports.emplace();
  context.listening_ports->Add(20080);
  context.listening_ports->Add(40001);
  auto advice = JudgeSetting("ip_local_port_range", "20000 60999", context);
  EXPECT_EQ(Verdict(advice), "error range-over-listeners");
  EXPECT_TRUE(absl::StartsWith(advice.front().reason, "Listening there: 20080,40001."));

  context.values["net.ipv4.ip_local_reserved_ports"] = "20080,40001";
  EXPECT_EQ(Verdict(JudgeSetting("ip_local_port_range", "20000 60999", context)), "");
}

TEST(Advice, JudgesPortSettingsByEachOther) {
  const std::map<std::string, std::string> range = {
      {"net.ipv4.ip_local_port_range", "40000 40099"}};
  for (const Case& c :
       {Case{"ip_local_reserved_ports", "40000-40098,40099", "error reserved-ports-take-range"},
        Case{"ip_local_reserved_ports", "40000-40059", "warning reserved-ports-take-range"},
        Case{"ip_local_reserved_ports", "40000-40009", ""},
        Case{"ip_local_reserved_ports", "8080", "note reserved-ports-outside-range"},
        Case{"ip_local_reserved_ports", "", "note reserved-ports-empty"},
        Case{"ip_local_reserved_ports", "80 # web", "error value-invalid"},
        Case{"ip_unprivileged_port_start", "40001", "error unprivileged-start-above-range"},
        Case{"ip_unprivileged_port_start", "40000", ""},
        Case{"ip_unprivileged_port_start", "0", ""}}) {
    EXPECT_EQ(VerdictOf(c.setting, c.value, AdviceGoal::kUnknown, range), c.verdict)
        << c.setting << " = " << c.value;
  }
  EXPECT_EQ(VerdictOf("ip_local_port_range", "32768 60999", AdviceGoal::kUnknown,
                      {{"net.ipv4.tcp_max_tw_buckets", "20000"}}),
            "warning range-above-time-wait-table");
  EXPECT_EQ(VerdictOf("ip_local_port_range", "80 60999", AdviceGoal::kUnknown,
                      {{"net.ipv4.ip_unprivileged_port_start", "0"},
                       {"net.ipv4.ip_local_reserved_ports", "80-32767"}}),
            "");
}

TEST(Advice, JudgesQueuesAndConntrack) {
  for (const Case& c :
       {Case{"tcp_syncookies", "0", "warning syncookies-off"},
        Case{"tcp_syncookies", "2", "warning syncookies-always"},
        Case{"net.core.somaxconn", "1024", "note somaxconn-low"},
        Case{"net.core.somaxconn", "64", "warning somaxconn-low"},
        Case{"tcp_syn_retries", "2", "warning syn-retries-few"},
        Case{"tcp_syn_retries", "7", "warning syn-retries-long"},
        Case{"tcp_syn_retries", "0", "error value-refused"},
        Case{"nf_conntrack_tcp_timeout_time_wait", "30", "warning conntrack-time-wait-short"},
        Case{"nf_conntrack_tcp_timeout_established", "432000", "note conntrack-established-long"},
        Case{"nf_conntrack_tcp_timeout_established", "3600", "warning conntrack-established-short"},
        Case{"net.nf_conntrack_max", "1000", "warning value-unusual"},
        Case{"ip_autobind_reuse", "1", "warning autobind-reuse-half"}}) {
    EXPECT_EQ(VerdictOf(c.setting, c.value), c.verdict) << c.setting << " = " << c.value;
  }
  EXPECT_EQ(VerdictOf("tcp_rfc1337", "1", AdviceGoal::kUnknown, {{"net.ipv4.tcp_timestamps", "0"}}),
            "error rfc1337-without-timestamps");
}

TEST(Advice, ReadsNumbersAsTheKernelDoes) {
  for (const Case& c :
       {Case{"tcp_tw_reuse", "0x1", "note tw-reuse-clients-only"},
        Case{"tcp_tw_reuse", "1 # clients",
             "warning value-rest-ignored, note tw-reuse-clients-only"},
        Case{"tcp_tw_reuse", "+1", "error value-invalid"},
        Case{"tcp_tw_reuse", "1#", "error value-invalid"},
        Case{"tcp_tw_reuse", "3", "error value-refused"}, Case{"tcp_fin_timeout", "074", ""},
        Case{"tcp_fin_timeout", "30s", "error value-invalid"},
        Case{"tcp_fin_timeout", "99999999999999999999", "error value-invalid"}}) {
    EXPECT_EQ(VerdictOf(c.setting, c.value), c.verdict) << c.setting << " = " << c.value;
  }
}

TEST(Advice, KnowsWhatAPodMaySet) {
  EXPECT_EQ(PodVerdictOf("net.ipv4.ip_local_port_range", "1024 65535", ""),
            "warning range-known-services");
  EXPECT_EQ(PodVerdictOf("net.ipv4.tcp_tw_reuse", "1", "1.33"),
            "warning pod-unsafe, note tw-reuse-clients-only");
  EXPECT_EQ(PodVerdictOf("net.ipv4.tcp_keepalive_time", "600", "1.28"), "warning pod-unsafe");
  EXPECT_EQ(PodVerdictOf("net.ipv4.tcp_keepalive_time", "600", "1.29"), "");
  EXPECT_EQ(PodVerdictOf("net.ipv4.tcp_keepalive_time", "600", ""), "note pod-safe-since");
  EXPECT_EQ(PodVerdictOf("net.ipv4.tcp_rmem", "4096 87380 6291456", "1.31"), "warning pod-unsafe");
  EXPECT_EQ(PodVerdictOf("kernel.shm_rmid_forced", "1", "1.20"), "");
  EXPECT_EQ(PodVerdictOf("kernel.msgmax", "65536", "1.33"), "warning pod-unsafe");
  for (const char* host_only :
       {"vm.max_map_count", "net.ipv4.tcp_max_orphans", "net.netfilter.nf_conntrack_max"}) {
    EXPECT_EQ(PodVerdictOf(host_only, "262144", "1.33"), "error pod-not-namespaced") << host_only;
  }
  EXPECT_EQ(PodVerdictOf("net.ipv4.tcp_syncookies", "1", "1.33", AdvicePlace::kHostNetworkPod),
            "error pod-host-network, note syncookies-not-ports");
}

TEST(Advice, TakesWhatTheKubeletAllows) {
  for (const char* allowed : {"net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_*", "net.*"}) {
    EXPECT_EQ(
        Verdict(JudgeSetting("net.ipv4.tcp_tw_reuse", "2",
                             {.place = AdvicePlace::kPod, .allowed_unsafe_sysctls = {allowed}})),
        "")
        << allowed;
  }
}

TEST(Advice, JudgesForTheKernelThatIsNamed) {
  auto verdict = [](absl::string_view setting, absl::string_view value, absl::string_view kernel) {
    return Verdict(JudgeSetting(setting, value, {.kernel = ParseRelease(kernel)}));
  };
  EXPECT_EQ(verdict("tcp_tw_reuse_delay", "1000", "6.1.0-13-amd64"), "error not-in-this-kernel");
  EXPECT_EQ(verdict("tcp_tw_reuse_delay", "1000", "6.18"), "");
  EXPECT_EQ(verdict("tcp_keepalive_time", "600", "3.10"), "note one-for-the-host");
  EXPECT_EQ(verdict("tcp_tw_recycle", "0", "3.10"), "");
  EXPECT_EQ(verdict("tcp_tw_recycle", "0", "6.1"), "warning tw-recycle-gone");
  EXPECT_EQ(verdict("tcp_tw_recycle", "1", "3.10"), "error tw-recycle-gone");
}

TEST(Advice, NamesTheSysctlThatWasMeant) {
  EXPECT_EQ(VerdictOf("net.ipv4.tcp_tw_resue", "1"), "error no-such-sysctl");
  auto ipv6 = JudgeSetting("net.ipv6.tcp_tw_reuse", "1", {});
  ASSERT_EQ(Verdict(ipv6), "error no-such-sysctl");
  EXPECT_EQ(ipv6.front().instead, "net.ipv4.tcp_tw_reuse");
  EXPECT_EQ(VerdictOf("net.ipv4.ip_conntrack_max", "65536"), "error retired");
}

TEST(Advice, CutsAndEscapesHostileValues) {
  auto advice = JudgeSetting("tcp_tw_reuse", std::string(100000, '\x1b'), {});
  ASSERT_EQ(Verdict(advice), "error value-invalid");
  EXPECT_LT(advice.front().reason.size(), 500u);
  EXPECT_FALSE(absl::StrContains(advice.front().reason, "\x1b"));
}

}  // namespace
}  // namespace berthmaster
