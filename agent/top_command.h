#ifndef BERTHMASTER_AGENT_TOP_COMMAND_H_
#define BERTHMASTER_AGENT_TOP_COMMAND_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/agent_config.h"

namespace berthmaster {

struct TopCommandOptions {
  // One plain frame on standard output, and the end.
  bool is_once = false;
  bool has_colours = false;
};

// `berthmaster-agent top`: the pools of this host in the terminal, live, with no controller and no
// state. FAILED_PRECONDITION when there is no terminal. To be called before any thread.
absl::Status RunTopCommand(const AgentConfig& config, const TopCommandOptions& options);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_COMMAND_H_
