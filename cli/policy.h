#ifndef BERTHMASTER_CLI_POLICY_H_
#define BERTHMASTER_CLI_POLICY_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/client.h"

namespace berthmaster {

// Each returns the text to print. Policies are the detection policy, for now.

// `output` as in ParseOutputFormat: for table and yaml a file that `set` takes, for json the
// response.
absl::StatusOr<std::string> GetPolicy(Client& client, const std::string& output);

enum class PolicyStep { kLint, kSet };

// Reads the file and has the server check it, and with kSet put it into force. INVALID_ARGUMENT
// begins with the file and the line.
absl::StatusOr<std::string> PutPolicy(Client& client, const std::string& path, PolicyStep step);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_POLICY_H_
