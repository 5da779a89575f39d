#ifndef BERTHMASTER_AGENT_TUNE_CHANGE_CHECK_H_
#define BERTHMASTER_AGENT_TUNE_CHANGE_CHECK_H_

#include <vector>

#include "absl/status/status.h"
#include "agent/tune/allow_list.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// Whether `change` is well-formed and within what this host allows, by itself: names, bounds,
// lease. Touches nothing. A refusal (agent/tune/refusal.h) says the next step.
absl::Status CheckChange(const DesiredChange& change, const AllowList& allow_list);

// One entry for each change: the refusal of a change whose namespace and sysctl another change of
// the same state has too, else OK.
std::vector<absl::Status> CheckForDuplicates(const std::vector<DesiredChange>& changes);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_CHANGE_CHECK_H_
