#ifndef BERTHMASTER_AGENT_ADVICE_COMMAND_H_
#define BERTHMASTER_AGENT_ADVICE_COMMAND_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "agent/advise/advice_directory.h"
#include "agent/agent_config.h"

namespace berthmaster {

// `berthmaster-agent advice`: prints on standard output what is published on this host, from the
// files, with or without a running agent. FAILED_PRECONDITION when advice-dir is off; else errors
// of the directory.
absl::Status RunAdviceCommand(const AgentConfig& config);

// One line for each piece of advice under a heading, or one that says that there is none. Fit for a
// terminal, whatever the texts are.
std::string AdviceTable(const std::string& directory,
                        const std::map<std::string, AdviceDirectory::File>& files);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVICE_COMMAND_H_
