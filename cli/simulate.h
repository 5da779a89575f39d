#ifndef BERTHMASTER_CLI_SIMULATE_H_
#define BERTHMASTER_CLI_SIMULATE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client.h"
#include "cli/print.h"

namespace berthmaster {

struct SimulateOptions {
  // The pool's full name.
  std::string pool;
  // Sysctls and socket options, by name.
  std::map<std::string, std::string> settings;
  double rate_factor = 0;
  // Empty: as it is.
  std::string hold_time;
  int connection_pool_size = 0;
  int source_address_factor = 0;
  int destination_factor = 0;
  int capacity = 0;
  OutputFormat format = OutputFormat::kTable;
};

// `berthctl simulate`: a pool as it is and with something changed. Nothing is changed by it.
absl::StatusOr<std::string> Simulate(Client& client, const SimulateOptions& options);

// The answer for people: now and then side by side, the curves at a few moments, then what there is
// to say.
std::string SimulationText(const v1::SimulateRecommendationResponse& response);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_SIMULATE_H_
