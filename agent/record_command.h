#ifndef BERTHMASTER_AGENT_RECORD_COMMAND_H_
#define BERTHMASTER_AGENT_RECORD_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/agent_config.h"
#include "common/runtime/stop_signal.h"

namespace berthmaster {

struct RecordOptions {
  // The file to make.
  std::string path;
  // How long to record; positive.
  absl::Duration duration = absl::InfiniteDuration();
};

// `berthmaster-agent sample --record`: takes samples of this host at the pace of an agent with the
// same configuration, until the time is over or a signal comes, and writes them to a recording,
// with no controller and no state. Says on standard output how many they are and how large. A
// sample that cannot be taken is said and left out; an error is one of the file, or that nothing at
// all could be sampled.
absl::Status RunRecordCommand(const AgentConfig& config, const RecordOptions& options,
                              StopSignal& stop_signal);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_RECORD_COMMAND_H_
