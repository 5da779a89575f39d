#include "agent/agent_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Flags = std::map<std::string, std::vector<std::string>>;

absl::StatusOr<AgentConfig> Read(Flags flags) {
  ConfigInputs inputs;
  inputs.flags = std::move(flags);
  absl::StatusOr<Config> config = Config::Resolve(AgentConfigTable("web-1"), inputs);
  if (!config.ok()) return config.status();
  return ReadAgentConfig(*config);
}

TEST(AgentConfigTest, ObservesThisHostUnlessToldOtherwise) {
  absl::StatusOr<AgentConfig> config = Read({});

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->controller.ToString(), "127.0.0.1:7600");
  EXPECT_EQ(config->host_id, "web-1");
  EXPECT_EQ(config->state_dir, "/var/lib/berthmaster-agent");
  EXPECT_EQ(config->profile, AgentProfile::kObserve);
  EXPECT_EQ(config->sample_interval, absl::Seconds(10));
  EXPECT_EQ(config->source, std::nullopt);
  EXPECT_DOUBLE_EQ(config->cpu_budget, 0.01);
  EXPECT_EQ(config->metrics_listen->ToString(), "127.0.0.1:7601");
  EXPECT_EQ(config->advice_dir, "/var/lib/berthmaster-agent/advice");
  EXPECT_EQ(config->advice_socket, "/var/lib/berthmaster-agent/advice/advice.sock");
  EXPECT_THAT(config->allow_sysctls.sysctls(),
              UnorderedElementsAre("net.ipv4.ip_local_port_range",
                                   "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_tw_reuse",
                                   "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_syncookies",
                                   "net.ipv4.tcp_max_syn_backlog", "net.core.somaxconn"));
}

TEST(AgentConfigTest, TakesEachProfileAndSource) {
  EXPECT_EQ(Read({{"profile", {"observe-lite"}}})->profile, AgentProfile::kObserveLite);
  EXPECT_EQ(Read({{"profile", {"enforce"}}})->profile, AgentProfile::kEnforce);
  EXPECT_EQ(Read({{"source", {"netlink"}}})->source, SocketSource::kNetlink);
  EXPECT_EQ(Read({{"source", {"ss"}}})->source, SocketSource::kSs);
  EXPECT_EQ(Read({{"source", {"procfs"}}})->source, SocketSource::kProcfs);
  EXPECT_EQ(Read({{"source", {"lsof"}}}).status().message(),
            "--source: 'lsof' is not one of: auto, netlink, ss, procfs");
}

TEST(AgentConfigTest, TakesABudgetAsAShareOfACore) {
  EXPECT_DOUBLE_EQ(Read({{"cpu-budget", {"0.5%"}}})->cpu_budget, 0.005);
  EXPECT_DOUBLE_EQ(Read({{"cpu-budget", {"100%"}}})->cpu_budget, 1);
  for (const char* bad : {"1", "0%", "0.05%", "101%", "%", "nan%", "-1%", "1%%", "1 core"}) {
    EXPECT_EQ(Read({{"cpu-budget", {bad}}}).status().message(),
              absl::StrCat("cpu-budget: '", bad,
                           "' is not a share of one core, 0.1% to 100%, such as 1%"));
  }
}

TEST(AgentConfigTest, ServesMetricsOnThisHostOnly) {
  EXPECT_EQ(Read({{"metrics-listen", {"off"}}})->metrics_listen, std::nullopt);
  EXPECT_EQ(Read({{"metrics-listen", {"[::1]:0"}}})->metrics_listen->listen_port, 0);
  EXPECT_THAT(std::string(Read({{"metrics-listen", {"7601"}}}).status().message()),
              HasSubstr("metrics-listen is HOST:PORT or off: "));
  EXPECT_THAT(std::string(CheckPlaintext(*Read({{"metrics-listen", {"0.0.0.0:7601"}}})).message()),
              HasSubstr("metrics-listen 0.0.0.0:7601 is open to other hosts"));
  EXPECT_TRUE(
      CheckPlaintext(*Read({{"metrics-listen", {"0.0.0.0:7601"}}, {"insecure", {"true"}}})).ok());
}

TEST(AgentConfigTest, TakesLabelsOfTheHost) {
  const std::map<std::string, std::string> labels =
      Read({{"host-labels", {"zone=eu-1", "role=web=front"}}})->host_labels;
  EXPECT_EQ(labels, (std::map<std::string, std::string>{{"role", "web=front"}, {"zone", "eu-1"}}));
  for (const char* bad : {"zone", "=eu", "zone=", "a b=c"}) {
    EXPECT_THAT(std::string(Read({{"host-labels", {bad}}}).status().message()),
                HasSubstr("is no NAME=VALUE"))
        << bad;
  }
  EXPECT_EQ(Read({{"host-labels", {"a=1", "a=2"}}}).status().message(),
            "host-labels: 'a' is there twice");
}

TEST(AgentConfigTest, PutsAdviceWhereItIsTold) {
  EXPECT_EQ(Read({{"advice-dir", {"/run/x/advice"}}})->advice_dir, "/run/x/advice");
  EXPECT_EQ(Read({{"advice-dir", {"/run/x/advice"}}})->advice_socket, "/run/x/advice/advice.sock");
  EXPECT_EQ(Read({{"advice-dir", {"off"}}})->advice_dir, "");
  EXPECT_EQ(Read({{"advice-dir", {"off"}}})->advice_socket, "");
  EXPECT_EQ(Read({{"advice-socket", {"/run/x.sock"}}})->advice_socket, "/run/x.sock");
  EXPECT_EQ(Read({{"advice-socket", {"off"}}})->advice_socket, "");
}

TEST(AgentConfigTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Read({{"host-id", {"a b"}}}).status().message(),
            "host-id 'a b': host id may hold only letters, digits, '.', '_' and '-'");
  EXPECT_THAT(std::string(Read({{"allow-sysctls", {"vm.swappiness"}}}).status().message()),
              HasSubstr("allow-sysctls: 'vm.swappiness' is not a sysctl that Berthmaster writes"));
  EXPECT_EQ(Read({{"sample-interval", {"10ms"}}}).status().message(),
            "--sample-interval: '10ms' is outside 100ms to 1h");
  EXPECT_EQ(Read({{"state-dir", {""}}}).status().message(), "state-dir is empty; name a directory");
}

TEST(AgentConfigTest, TakesTheAllowListFromAFileWithItsBounds) {
  std::string path = ::testing::TempDir() + "/agent_yaml.XXXXXX";
  const int fd = mkstemp(path.data());
  ASSERT_GE(fd, 0);
  close(fd);
  ConfigInputs inputs;
  inputs.file_path = path;
  ASSERT_TRUE(WriteFileAtomically(path,
                                  "profile: enforce\n"
                                  "allow-sysctls:\n"
                                  "  - net.ipv4.ip_local_port_range=15000..65000\n",
                                  0600)
                  .ok());
  const AgentConfig config =
      ReadAgentConfig(*Config::Resolve(AgentConfigTable("a"), inputs)).value();
  EXPECT_TRUE(config.allow_sysctls.Check("net.ipv4.ip_local_port_range", "15000 65000").ok());
  EXPECT_FALSE(config.allow_sysctls.Check("net.ipv4.ip_local_port_range", "14999 65000").ok());

  ASSERT_TRUE(
      WriteFileAtomically(path, "allow-sysctls: [net.ipv4.tcp_tw_reuse=0..9]\n", 0600).ok());
  EXPECT_EQ(ReadAgentConfig(*Config::Resolve(AgentConfigTable("a"), inputs)).status().message(),
            path +
                ":1: allow-sysctls: 'net.ipv4.tcp_tw_reuse=0..9': the bounds 0..9 leave 0..2, "
                "which is all that Berthmaster writes; write narrower ones");
}

TEST(AgentConfigTest, PersistsInSysctlDUnlessToldOtherwise) {
  EXPECT_EQ(Read({})->sysctl_d_dir, "/etc/sysctl.d");
  EXPECT_EQ(Read({{"sysctl-d-dir", {""}}})->sysctl_d_dir, "");
  EXPECT_EQ(Read({{"sysctl-d-dir", {"etc"}}}).status().message(),
            "sysctl-d-dir 'etc' is no directory from the root, /etc/sysctl.d");
}

TEST(AgentConfigTest, AllowsPlaintextToThisHostOnly) {
  EXPECT_TRUE(CheckPlaintext(*Read({})).ok());
  EXPECT_TRUE(CheckPlaintext(*Read({{"controller", {"[::1]:1"}}})).ok());
  EXPECT_TRUE(CheckPlaintext(*Read({{"controller", {"db:1"}}, {"insecure", {"true"}}})).ok());

  absl::Status refused = CheckPlaintext(*Read({{"controller", {"db:1"}}}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("give --insecure to accept that"));
}

}  // namespace
}  // namespace berthmaster
