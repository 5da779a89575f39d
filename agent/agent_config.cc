#include "agent/agent_config.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/ids/ids.h"
#include "common/status/annotate.h"

namespace berthmaster {

namespace {

// Below, a sample of a busy host would come every few minutes; one thread samples, so there is no
// use for more than one core.
constexpr double kBudgetPercentMin = 0.1;
constexpr double kBudgetPercentMax = 100;

AgentProfile ParseProfile(absl::string_view name) {
  for (AgentProfile profile : {AgentProfile::kObserveLite, AgentProfile::kEnforce}) {
    if (name == AgentProfileName(profile)) return profile;
  }
  return AgentProfile::kObserve;
}

std::optional<SocketSource> ParseSource(absl::string_view name) {
  if (name == "netlink") return SocketSource::kNetlink;
  if (name == "ss") return SocketSource::kSs;
  if (name == "procfs") return SocketSource::kProcfs;
  return std::nullopt;
}

absl::StatusOr<double> ParseBudget(absl::string_view text) {
  double percent = 0;
  absl::string_view number = text;
  if (!absl::ConsumeSuffix(&number, "%") || !absl::SimpleAtod(number, &percent) ||
      !(percent >= kBudgetPercentMin && percent <= kBudgetPercentMax)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cpu-budget: '", text, "' is not a share of one core, ", kBudgetPercentMin,
                     "% to ", kBudgetPercentMax, "%, such as 1%"));
  }
  return percent / 100;
}

absl::StatusOr<std::optional<Endpoint>> ParseMetricsListen(absl::string_view text) {
  if (text == "off") return std::nullopt;
  absl::StatusOr<Endpoint> endpoint = ParseEndpoint(text);
  if (endpoint.ok()) return *std::move(endpoint);
  return Annotate(endpoint.status(), "metrics-listen is HOST:PORT or off");
}

// A path as the keys of advice give it; empty for off.
std::string PathOr(const std::string& text, absl::string_view automatic) {
  if (text == "auto") return std::string(automatic);
  return text == "off" ? "" : text;
}

constexpr size_t kHostLabelsMax = 64;
constexpr size_t kHostLabelBytesMax = 63;

bool IsLabelName(absl::string_view name) {
  return !name.empty() && name.size() <= kHostLabelBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ||
                  c == '.' || c == '/';
         });
}

absl::StatusOr<std::map<std::string, std::string>> ParseHostLabels(
    const std::vector<std::string>& entries) {
  std::map<std::string, std::string> labels;
  for (const std::string& entry : entries) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    const bool ok = IsLabelName(parts.first) && !parts.second.empty() &&
                    parts.second.size() <= kHostLabelBytesMax;
    if (!ok) {
      return absl::InvalidArgumentError(
          absl::StrCat("host-labels: '", absl::Utf8SafeCEscape(entry),
                       "' is no NAME=VALUE; a name has 1 to 63 letters, digits and _-./, a value 1 "
                       "to 63 bytes"));
    }
    if (!labels.emplace(parts.first, parts.second).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("host-labels: '", parts.first, "' is there twice"));
    }
  }
  if (labels.size() > kHostLabelsMax) {
    return absl::InvalidArgumentError(absl::StrCat("host-labels: has ", labels.size(), "; at most ",
                                                   kHostLabelsMax, " are allowed"));
  }
  return labels;
}

absl::StatusOr<AllowList> ParseAllowList(const Config& config) {
  absl::StatusOr<AllowList> list = AllowList::Parse(config.GetList("allow-sysctls"));
  if (list.ok()) return list;
  const std::string& source = config.SourceOf("allow-sysctls");
  constexpr absl::string_view kFlag = "--allow-sysctls";
  return Annotate(list.status(),
                  source == kFlag ? source : absl::StrCat(source, ": allow-sysctls"));
}

}  // namespace

absl::string_view AgentProfileName(AgentProfile profile) {
  switch (profile) {
    case AgentProfile::kObserveLite:
      return "observe-lite";
    case AgentProfile::kObserve:
      return "observe";
    case AgentProfile::kEnforce:
      return "enforce";
  }
  return "?";
}

ConfigTable AgentConfigTable(absl::string_view host_name) {
  return {
      {.name = "controller",
       .kind = ConfigKind::kEndpoint,
       .default_value = {"127.0.0.1:7600"},
       .help = "The controller to attach to."},
      {.name = "host-id",
       .default_value = {std::string(host_name)},
       .help = "What this host is called in the fleet."},
      {.name = "host-labels",
       .kind = ConfigKind::kStringList,
       .help =
           "What this host is selected by in silences, policies and rollouts: NAME=VALUE, up to "
           "64; host.NAME among the labels of its namespaces."},
      {.name = "state-dir",
       .default_value = {"/var/lib/berthmaster-agent"},
       .help = "Holds the journal of prior values and the samples not delivered yet."},
      {.name = "profile",
       .kind = ConfigKind::kChoice,
       .default_value = {"observe"},
       .help =
           "observe-lite holds no capability and sees what procfs shows to all; observe sees every "
           "namespace; enforce applies approved changes too. The first two never write.",
       .choices = {"observe-lite", "observe", "enforce"}},
      {.name = "source",
       .kind = ConfigKind::kChoice,
       .default_value = {"auto"},
       .help = "Where sockets are read from; auto takes netlink where it answers, else procfs.",
       .choices = {"auto", "netlink", "ss", "procfs"}},
      {.name = "sample-interval",
       .kind = ConfigKind::kDuration,
       .default_value = {"10s"},
       .help =
           "The time from one sample to the next while no pool is close to exhaustion; else 1s.",
       // Shorter ones cost more than they tell: releases come in batches of 2 s (kernel-facts,
       // section 11).
       .duration_min = absl::Milliseconds(100),
       .duration_max = absl::Hours(1)},
      {.name = "cpu-budget",
       .default_value = {"1%"},
       .help =
           "CPU time for sampling, as a share of one core: 0.1% to 100%. Samples are taken less "
           "often when they cost more; close to exhaustion ten times as much may be used."},
      {.name = "metrics-listen",
       .default_value = {"127.0.0.1:7601"},
       .help = "Where /metrics (Prometheus) and /healthz are served: HOST:PORT, or off."},
      {.name = "netns",
       .kind = ConfigKind::kStringList,
       .help = "Looks only at these namespaces: a name under /run/netns, an inode, or host."},
      {.name = "enforce-netns",
       .kind = ConfigKind::kStringList,
       .help = "With --profile=enforce, makes changes only in these namespaces; else in all."},
      {.name = "allow-sysctls",
       .kind = ConfigKind::kStringList,
       .default_value = DefaultAllowedSysctls(),
       .help = "The sysctls that may be changed, in place of those by default; each a NAME, or "
               "NAME=LOW..HIGH with narrower bounds (of an integer; of the ports of a range; of a "
               "port list, joined by +). Read again on SIGHUP. Others that Berthmaster can write: "
               "net.ipv4.tcp_syn_retries, net.ipv4.tcp_fin_timeout, "
               "net.netfilter.nf_conntrack_tcp_timeout_time_wait."},
      {.name = "advice-dir",
       .default_value = {"auto"},
       .help = "Where approved pooling advice is published for applications, a JSON file for each "
               "workload: a directory of this agent alone, auto for advice in state-dir, or off."},
      {.name = "advice-socket",
       .default_value = {"auto"},
       .help = "The Unix socket on which applications follow advice: a path, auto for advice.sock "
               "in advice-dir, or off."},
      {.name = "sysctl-d-dir",
       .default_value = {"/etc/sysctl.d"},
       .help = "Where values of the host's own namespace that were approved to outlive a reboot "
               "are kept, in 60-berthmaster.conf; empty to persist nothing."},
      {.name = "insecure",
       .kind = ConfigKind::kBoolean,
       .default_value = {"false"},
       .help = "Allows plaintext to a controller, and metrics for others, beyond this host."},
      {.name = "log-level",
       .kind = ConfigKind::kChoice,
       .default_value = {"info"},
       .help = "The lowest level that is logged.",
       .choices = {"debug", "info", "warning", "error"}},
  };
}

absl::StatusOr<AgentConfig> ReadAgentConfig(const Config& config) {
  AgentConfig result;
  result.controller = config.GetEndpoint("controller");
  result.host_id = config.GetString("host-id");
  result.state_dir = config.GetString("state-dir");
  result.profile = ParseProfile(config.GetString("profile"));
  result.source = ParseSource(config.GetString("source"));
  result.sample_interval = config.GetDuration("sample-interval");
  BERTHMASTER_ASSIGN_OR_RETURN(result.host_labels, ParseHostLabels(config.GetList("host-labels")));
  result.netns = config.GetList("netns");
  result.enforce_netns = config.GetList("enforce-netns");
  result.advice_dir =
      PathOr(config.GetString("advice-dir"), absl::StrCat(result.state_dir, "/advice"));
  result.advice_socket =
      PathOr(config.GetString("advice-socket"),
             result.advice_dir.empty() ? "" : absl::StrCat(result.advice_dir, "/advice.sock"));
  result.sysctl_d_dir = config.GetString("sysctl-d-dir");
  result.insecure = config.GetBoolean("insecure");
  result.log_level = config.GetString("log-level");
  BERTHMASTER_ASSIGN_OR_RETURN(result.cpu_budget, ParseBudget(config.GetString("cpu-budget")));
  BERTHMASTER_ASSIGN_OR_RETURN(result.metrics_listen,
                               ParseMetricsListen(config.GetString("metrics-listen")));
  if (absl::Status checked = CheckHostId(result.host_id); !checked.ok()) {
    return Annotate(checked, absl::StrCat("host-id '", result.host_id, "'"));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(result.allow_sysctls, ParseAllowList(config));
  if (!result.sysctl_d_dir.empty() && result.sysctl_d_dir.front() != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        "sysctl-d-dir '", result.sysctl_d_dir, "' is no directory from the root, /etc/sysctl.d"));
  }
  if (result.state_dir.empty()) {
    return absl::InvalidArgumentError("state-dir is empty; name a directory");
  }
  return result;
}

absl::Status CheckPlaintext(const AgentConfig& config) {
  if (config.insecure) return absl::OkStatus();
  if (!config.controller.is_loopback()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the controller at ", config.controller.ToString(),
        " is not on this host, and samples and changes would travel in plaintext; reach "
        "it through a tunnel that ends on 127.0.0.1, or give --insecure to accept that"));
  }
  if (config.metrics_listen.has_value() && !config.metrics_listen->is_loopback()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metrics-listen ", config.metrics_listen->ToString(),
        " is open to other hosts, in plaintext and for everyone; listen on 127.0.0.1 and let a "
        "proxy of this host guard it, or give --insecure to accept that"));
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
