#ifndef BERTHMASTER_AGENT_AGENT_CONFIG_H_
#define BERTHMASTER_AGENT_AGENT_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/net/endpoint.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// What the agent can be told.
struct AgentConfig {
  Endpoint controller;
  std::string host_id;
  std::string state_dir;
  AgentProfile profile = AgentProfile::kObserve;
  absl::Duration sample_interval;
  // Names under /run/netns, inodes in decimal, or "host". Empty means every namespace of the host.
  std::vector<std::string> netns;
  std::vector<std::string> enforce_netns;
  std::vector<std::string> allow_sysctls;
  bool insecure = false;
  std::string log_level;
};

// The agent's keys. `host_name` is the default of host-id.
ConfigTable AgentConfigTable(absl::string_view host_name);

// The values of `config`, which was resolved with that table. INVALID_ARGUMENT for a host id that
// cannot name a host, or an allow-list with what is never written.
absl::StatusOr<AgentConfig> ReadAgentConfig(const Config& config);

// Whether the agent may attach to its controller in plaintext. INVALID_ARGUMENT with the remedy
// when it may not.
absl::Status CheckPlaintext(const AgentConfig& config);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_AGENT_CONFIG_H_
