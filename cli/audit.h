#ifndef BERTHMASTER_CLI_AUDIT_H_
#define BERTHMASTER_CLI_AUDIT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client.h"

namespace berthmaster {

struct AuditListOptions {
  // Such as "approved"; all when empty.
  std::vector<std::string> actions;
  std::string actor;
  std::string object;
  std::string host;
  // RFC 3339, or a length that is so long ago: "24h", "7d". Empty: no bound.
  std::string since;
  std::string until;
  // How many to print at most.
  int limit = 100;
  std::string output = "table";
};

// The newest entries, newest first, as text to print. INVALID_ARGUMENT for flags that cannot be.
absl::StatusOr<std::string> ListAudit(Client& client, const AuditListOptions& options,
                                      absl::Time now);

// Prints each entry from `first_sequence` on as JSON on a line of its own, oldest first.
absl::Status ExportAudit(Client& client, int64_t first_sequence,
                         const std::function<bool(const std::string&)>& print);

// The controller's signed checkpoint in JSON.
absl::StatusOr<std::string> AuditCheckpointText(Client& client);

// A time as `since` and `until` give it. INVALID_ARGUMENT names `flag`.
absl::StatusOr<absl::Time> ParseMoment(absl::string_view flag, const std::string& text,
                                       absl::Time now);

// Streams the entries from `first_sequence` on through `take`, until it returns an error, which is
// then the result.
absl::Status StreamAudit(Client& client, int64_t first_sequence,
                         const std::function<absl::Status(const v1::AuditEntry&)>& take);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_AUDIT_H_
