#ifndef BERTHMASTER_CLI_POLICY_H_
#define BERTHMASTER_CLI_POLICY_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/client.h"

namespace berthmaster {

enum class PolicyKind { kDetection, kApproval };

// "detection" or "approval", also with "policies/" in front. INVALID_ARGUMENT lists them.
absl::StatusOr<PolicyKind> ParsePolicyKind(const std::string& word);

enum class PolicyStep { kLint, kSet };

// Each returns the text to print.

// `output` as in ParseOutputFormat: for table and yaml a file that `set` takes, for json the
// response.
absl::StatusOr<std::string> GetPolicy(Client& client, PolicyKind kind, const std::string& output);

// Reads the file and has the server check it, and with kSet put it into force. INVALID_ARGUMENT
// begins with the file and the line. kLint without a controller checks the form alone, and says so.
absl::StatusOr<std::string> PutPolicy(Client& client, PolicyKind kind, const std::string& path,
                                      PolicyStep step);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_POLICY_H_
