#ifndef BERTHMASTER_AGENT_DOCTOR_COMMAND_H_
#define BERTHMASTER_AGENT_DOCTOR_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/agent_config.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// `berthmaster-agent doctor`: says on standard output what this host offers for the profile, what
// is missing and how to grant it. `form` is "table" or "json". Changes nothing. The exit code: 0
// when all is there, 1 when something is missing.
absl::StatusOr<int> RunDoctorCommand(const AgentConfig& config, absl::string_view form);

// Whether the agent's user may write in `directory`, or, where that is not there yet, make it.
absl::Status CheckStateDirectory(const std::string& directory);

// Whether a TCP connection can be made within `timeout`; it is closed at once.
absl::Status CheckTcpConnect(const Endpoint& endpoint, absl::Duration timeout);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_DOCTOR_COMMAND_H_
