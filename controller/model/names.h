#ifndef BERTHMASTER_CONTROLLER_MODEL_NAMES_H_
#define BERTHMASTER_CONTROLLER_MODEL_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/model/incident.h"
#include "controller/model/rollout.h"

namespace berthmaster {

// The resource name of `pool` in the namespace `netns_cookie` of `host_id`.
std::string PoolName(absl::string_view host_id, uint64_t netns_cookie, const PoolSample& pool);

// The pool of that name in the namespace of `host_id`; null when it is not in the sample.
const PoolSample* FindPool(const NetnsSample& netns, absl::string_view host_id,
                           absl::string_view pool_name);

// For logs, summaries and timelines: "TIME_WAIT churn", "CONFIRMED".
absl::string_view CauseText(IncidentCause cause);
absl::string_view RolloutStateText(RolloutState state);

// The etag of a resource at `revision`: its decimal digits. Opaque to callers.
std::string EtagOf(int64_t revision);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_NAMES_H_
