#ifndef BERTHMASTER_CLI_ROLLOUT_H_
#define BERTHMASTER_CLI_ROLLOUT_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/client.h"
#include "cli/print.h"
#include "common/clock/clock.h"

namespace berthmaster {

// What a person does about a rollout that is under way.
enum class RolloutVerb { kPause, kResume, kPromote, kAbort, kRevert };

struct RolloutOptions {
  // A full name, or just its last part.
  std::string name;
  std::string reason;
  std::string etag;
};

// Returns the line to print: the state after the decision, and what it waits for.
absl::StatusOr<std::string> DecideRollout(Client& client, RolloutVerb verb,
                                          const RolloutOptions& options);

// `berthctl rollout status`: plan, waves, targets with their gates; as JSON or YAML it is the
// resource itself.
absl::StatusOr<std::string> RolloutStatus(Client& client, const std::string& name,
                                          OutputFormat format);

// The same, and then a line for each change until the rollout is CONFIRMED, REVERTED or FAILED, or
// `print` returns false. With kJson one object a line, the first one too.
absl::Status WatchRolloutStatus(Client& client, const std::string& name, OutputFormat format,
                                Clock& clock, const std::function<bool(const std::string&)>& print,
                                const std::function<void(const std::string&)>& complain,
                                const std::function<void(absl::Duration)>& pause);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_ROLLOUT_H_
