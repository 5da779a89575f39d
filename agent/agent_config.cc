#include "agent/agent_config.h"

#include "absl/strings/str_cat.h"
#include "agent/tune/change_check.h"
#include "common/ids/ids.h"
#include "common/status/annotate.h"

namespace berthmaster {

ConfigTable AgentConfigTable(absl::string_view host_name) {
  return {
      {.name = "controller",
       .kind = ConfigKind::kEndpoint,
       .default_value = {"127.0.0.1:7600"},
       .help = "The controller to attach to."},
      {.name = "host-id",
       .default_value = {std::string(host_name)},
       .help = "What this host is called in the fleet."},
      {.name = "state-dir",
       .default_value = {"/var/lib/berthmaster-agent"},
       .help = "Holds the journal of prior values and the samples not delivered yet."},
      {.name = "profile",
       .kind = ConfigKind::kChoice,
       .default_value = {"observe"},
       .help = "observe never writes to the kernel; enforce applies approved changes.",
       .choices = {"observe", "enforce"}},
      {.name = "sample-interval",
       .kind = ConfigKind::kDuration,
       .default_value = {"1s"},
       .help = "The time from one sample to the next.",
       // Shorter ones cost more than they tell: releases come in batches of 2 s (kernel-facts,
       // section 11).
       .duration_min = absl::Milliseconds(100),
       .duration_max = absl::Hours(1)},
      {.name = "netns",
       .kind = ConfigKind::kStringList,
       .help = "Looks only at these namespaces: a name under /run/netns, an inode, or host."},
      {.name = "enforce-netns",
       .kind = ConfigKind::kStringList,
       .help = "With --profile=enforce, makes changes only in these namespaces; else in all."},
      {.name = "allow-sysctls",
       .kind = ConfigKind::kStringList,
       .default_value = DefaultAllowedSysctls(),
       .help = "The sysctls that may be changed."},
      {.name = "insecure",
       .kind = ConfigKind::kBoolean,
       .default_value = {"false"},
       .help = "Allows plaintext to a controller that is not on this host."},
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
  result.profile =
      config.GetString("profile") == "enforce" ? AgentProfile::kEnforce : AgentProfile::kObserve;
  result.sample_interval = config.GetDuration("sample-interval");
  result.netns = config.GetList("netns");
  result.enforce_netns = config.GetList("enforce-netns");
  result.allow_sysctls = config.GetList("allow-sysctls");
  result.insecure = config.GetBoolean("insecure");
  result.log_level = config.GetString("log-level");
  if (absl::Status checked = CheckHostId(result.host_id); !checked.ok()) {
    return Annotate(checked, absl::StrCat("host-id '", result.host_id, "'"));
  }
  if (absl::Status checked = CheckAllowedSysctls(result.allow_sysctls); !checked.ok()) {
    return Annotate(checked, "allow-sysctls");
  }
  if (result.state_dir.empty()) {
    return absl::InvalidArgumentError("state-dir is empty; name a directory");
  }
  return result;
}

absl::Status CheckPlaintext(const AgentConfig& config) {
  if (config.controller.is_loopback() || config.insecure) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the controller at ", config.controller.ToString(),
      " is not on this host, and samples and changes would travel in plaintext; reach "
      "it through a tunnel that ends on 127.0.0.1, or give --insecure to accept that"));
}

}  // namespace berthmaster
