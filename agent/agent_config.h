#ifndef BERTHMASTER_AGENT_AGENT_CONFIG_H_
#define BERTHMASTER_AGENT_AGENT_CONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/tune/allow_list.h"
#include "common/config/config.h"
#include "common/net/endpoint.h"
#include "common/protocol/identity.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// What the agent can be told.
struct AgentConfig {
  Endpoint controller;
  std::string host_id;
  std::string state_dir;
  AgentProfile profile = AgentProfile::kObserve;
  // Where sockets are read from; nothing lets the agent choose.
  std::optional<SocketSource> source;
  // Between two samples while no pool is close to exhaustion.
  absl::Duration sample_interval;
  // CPU time for sampling, as a share of one core; above 0.
  double cpu_budget = 0;
  // Where /metrics and /healthz are; nothing for nowhere.
  std::optional<Endpoint> metrics_listen;
  // Names under /run/netns, inodes in decimal, or "host". Empty means every namespace of the host.
  std::vector<std::string> netns;
  std::vector<std::string> enforce_netns;
  // Where advice is published, and the socket that serves it; empty for nowhere.
  std::string advice_dir;
  std::string advice_socket;
  AllowList allow_sysctls;
  // What the host is to be selected by.
  std::map<std::string, std::string> host_labels;
  // Where values of the host that are to outlive a reboot are kept; empty for nowhere.
  std::string sysctl_d_dir;
  bool insecure = false;
  std::string log_level;
};

// "observe", as in the flag.
absl::string_view AgentProfileName(AgentProfile profile);

// The agent's keys. `host_name` is the default of host-id.
ConfigTable AgentConfigTable(absl::string_view host_name);

// The values of `config`, which was resolved with that table. INVALID_ARGUMENT for a host id that
// cannot name a host, a budget or an address that is none, an entry of the allow-list that is none,
// with the file and line where it is.
absl::StatusOr<AgentConfig> ReadAgentConfig(const Config& config);

// Whether the agent may attach to its controller, and serve its metrics, in plaintext.
// INVALID_ARGUMENT with the remedy when it may not.
absl::Status CheckPlaintext(const AgentConfig& config);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_AGENT_CONFIG_H_
