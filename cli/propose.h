#ifndef BERTHMASTER_CLI_PROPOSE_H_
#define BERTHMASTER_CLI_PROPOSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/client.h"
#include "cli/print.h"
#include "common/clock/clock.h"

namespace berthmaster {

// A change of a person's own, as typed.
struct ProposeOptions {
  // "SYSCTL=VALUE", each.
  std::vector<std::string> set;
  // "k=v,k=v", each; all of them are one selector.
  std::vector<std::string> selector;
  // 0: one.
  int32_t canary_count = 0;
  // "5" or "10%", each; none: the server's.
  std::vector<std::string> waves;
  // Empty: the server's.
  std::string soak;
  int32_t failed_targets_max = 0;
  bool pause_after_canary = false;
  bool follows = false;
  bool persist = false;
  std::string reason;
  bool validate_only = false;
  OutputFormat format = OutputFormat::kTable;
};

// `berthctl propose`: what would be changed where, what is left out, what is to be said of it, and
// last the new recommendation's name. INVALID_ARGUMENT for flags that do not fit, before the server
// is asked.
absl::StatusOr<std::string> Propose(Client& client, const ProposeOptions& options, Random& random);

// The answer for people.
std::string ProposalText(const v1::ProposeChangeResponse& response);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_PROPOSE_H_
