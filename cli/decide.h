#ifndef BERTHMASTER_CLI_DECIDE_H_
#define BERTHMASTER_CLI_DECIDE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cli/client.h"
#include "common/clock/clock.h"

namespace berthmaster {

// What a person decides. Each function returns the line to print.
struct DecideOptions {
  std::string name;
  std::string reason;
  std::string etag;
  bool validate_only = false;
  // `--set SYSCTL=VALUE`
  std::map<std::string, std::string> desired_values;
};

// Says how many have approved it and how many must, and what happens next.
absl::StatusOr<std::string> Approve(Client& client, const DecideOptions& options, Random& random);
absl::StatusOr<std::string> Reject(Client& client, const DecideOptions& options, Random& random);
absl::StatusOr<std::string> Acknowledge(Client& client, const DecideOptions& options);
absl::StatusOr<std::string> Resolve(Client& client, const DecideOptions& options);

// A random UUID (RFC 4122, version 4) for a request_id.
std::string NewUuid(Random& random);

// SYSCTL=VALUE. INVALID_ARGUMENT when there is no '='.
absl::StatusOr<std::pair<std::string, std::string>> ParseSetFlag(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_DECIDE_H_
