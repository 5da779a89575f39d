#ifndef BERTHMASTER_CONTROLLER_API_SIMULATION_H_
#define BERTHMASTER_CONTROLLER_API_SIMULATION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "common/protocol/sample.h"
#include "controller/engine/fleet.h"
#include "controller/recommend/pool_change.h"

namespace berthmaster {

// Settings of one request: more than a person asks about.
inline constexpr int kSimulatedSettingsMax = 16;

// Everything of the request but its settings, which need the sample (TakeWishes). INVALID_ARGUMENT
// names the field.
absl::StatusOr<PoolChange> LoadChangeOf(const v1::SimulateRecommendationRequest& request);

// Answers SimulateRecommendation from the newest sample. Errors as in the contract.
absl::Status FillSimulation(const Fleet& fleet, const v1::SimulateRecommendationRequest& request,
                            v1::SimulateRecommendationResponse& response);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_SIMULATION_H_
