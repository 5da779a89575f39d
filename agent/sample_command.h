#ifndef BERTHMASTER_AGENT_SAMPLE_COMMAND_H_
#define BERTHMASTER_AGENT_SAMPLE_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/agent_config.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// `berthmaster-agent sample`: takes one sample of this host and prints it on standard output, with
// no controller and no state. `form` is "table" or "json". What could not be seen is in the JSON,
// and on standard error with a table.
absl::Status RunSampleCommand(const AgentConfig& config, absl::string_view form);

// The sample as a table for people: one line for each pool, the fullest first.
std::string SampleTable(const HostSample& sample);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_SAMPLE_COMMAND_H_
