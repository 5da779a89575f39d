#ifndef BERTHMASTER_CONTROLLER_API_POOL_HISTORY_H_
#define BERTHMASTER_CONTROLLER_API_POOL_HISTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "berthmaster/v1/pool.pb.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// The bounds and the default of GetPoolHistory's max_points.
inline constexpr int kHistoryPointsMin = 2;
inline constexpr int kHistoryPointsMax = 10000;
inline constexpr int kHistoryPointsDefault = 1000;

// A checked GetPoolHistoryRequest.
struct HistoryQuery {
  std::string pool_name;
  absl::Time start;
  absl::Time end;
  int points_max = kHistoryPointsDefault;
};

// INVALID_ARGUMENT names the field: a name that is no pool's, an interval that is empty, too many
// points.
absl::StatusOr<HistoryQuery> ParseHistoryQuery(const v1::GetPoolHistoryRequest& request,
                                               absl::Time now);

v1::PoolHistoryPoint ToProto(const PoolHistoryPoint& point);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POOL_HISTORY_H_
