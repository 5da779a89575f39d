#ifndef BERTHMASTER_CLI_COMMANDS_COMMANDS_H_
#define BERTHMASTER_CLI_COMMANDS_COMMANDS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/client.h"
#include "common/clock/clock.h"

namespace CLI {
class App;
}  // namespace CLI

namespace berthmaster {

// What a command does once the server is known; returns the exit code.
using Run = std::function<int(Client&, Clock&, Random&)>;

// Each adds a group of subcommands with their flags to `app`. Parsing one of them sets `run`, which
// must live as long as `app` is parsed; what the flags said lives as long as `run`.

// get, describe, simulate
void AddReadCommands(CLI::App& app, Run& run);
// watch, wait
void AddStreamCommands(CLI::App& app, Run& run);
// approve, reject, resolve, ack
void AddDecisionCommands(CLI::App& app, Run& run);
// propose, rollout, revert, diff
void AddChangeCommands(CLI::App& app, Run& run);
void AddSilenceCommands(CLI::App& app, Run& run);
void AddPolicyCommands(CLI::App& app, Run& run);
void AddAuditCommands(CLI::App& app, Run& run);
// Those that need no controller: explain, lint.
void AddLocalCommands(CLI::App& app, Run& run);
// completion; `app` must outlive `run`, since what it completes is all that `app` has.
void AddCompletionCommand(CLI::App& app, Run& run);

// How every command ends: prints the text or complains of the error, and says which exit code that
// is.
int Fail(const absl::Status& status);
int PrintOrFail(const absl::StatusOr<std::string>& text);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_COMMANDS_COMMANDS_H_
