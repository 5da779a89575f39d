#ifndef BERTHMASTER_CLI_SILENCE_H_
#define BERTHMASTER_CLI_SILENCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/client.h"
#include "common/clock/clock.h"

namespace berthmaster {

struct SilenceOptions {
  // `--label NAME=VALUE`, each.
  std::vector<std::string> labels;
  // The incident whose pools are to be muted; in place of labels.
  std::string incident;
  std::string reason;
  // How long: "90m", "2h", "7d".
  std::string length;
  // RFC 3339; empty: at once.
  std::string start;
  bool validate_only = false;
  // For expire.
  std::string name;
  std::string etag;
};

// Each returns the lines to print.

// INVALID_ARGUMENT for flags that do not fit, before the server is asked.
absl::StatusOr<std::string> CreateSilence(Client& client, const SilenceOptions& options,
                                          Random& random);
absl::StatusOr<std::string> ExpireSilence(Client& client, const SilenceOptions& options);

// A number with a unit: what absl::ParseDuration takes, and days. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Duration> ParseLength(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_SILENCE_H_
