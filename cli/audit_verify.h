#ifndef BERTHMASTER_CLI_AUDIT_VERIFY_H_
#define BERTHMASTER_CLI_AUDIT_VERIFY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "cli/client.h"

namespace berthmaster {

struct AuditVerifyOptions {
  // An export, one entry a line; "-" for standard input; empty: what the controller has.
  std::string file;
  // What `audit checkpoint` printed once; empty: none.
  std::string checkpoint_file;
  // Where the chain is to begin.
  int64_t first_sequence = 1;
};

// Verifies the chain here, whoever keeps it, and says in a line what was verified. DATA_LOSS names
// the first broken link, or says what is wrong with the checkpoint; other errors are those of the
// files and of the server.
absl::StatusOr<std::string> VerifyAudit(Client& client, const AuditVerifyOptions& options);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_AUDIT_VERIFY_H_
