#ifndef BERTHMASTER_CONTROLLER_API_RECOMMENDATION_PAGE_H_
#define BERTHMASTER_CONTROLLER_API_RECOMMENDATION_PAGE_H_

#include "absl/status/status.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// Answers ListRecommendations: those of one incident stand together in the order of preference, and
// the incident with the newest one comes first.
absl::Status FillRecommendationPage(const Fleet& fleet,
                                    const v1::ListRecommendationsRequest& request,
                                    v1::ListRecommendationsResponse& response);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_RECOMMENDATION_PAGE_H_
