#ifndef BERTHMASTER_AGENT_TUNE_CHANGE_CHECK_H_
#define BERTHMASTER_AGENT_TUNE_CHANGE_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// The sysctls that an agent lets a controller set unless it is told otherwise.
std::vector<std::string> DefaultAllowedSysctls();

// Whether every name is one that Berthmaster may write (common/sysctl). INVALID_ARGUMENT names the
// one that is not.
absl::Status CheckAllowedSysctls(const std::vector<std::string>& sysctls);

// Whether `change` is well-formed and within what this host allows, by itself: names, bounds,
// lease. Touches nothing. INVALID_ARGUMENT or PERMISSION_DENIED (not on the allow-list) with the
// next step.
absl::Status CheckChange(const DesiredChange& change,
                         const std::vector<std::string>& allowed_sysctls);

// One entry for each change: the refusal of a change whose namespace and sysctl another change of
// the same state has too, else OK.
std::vector<absl::Status> CheckForDuplicates(const std::vector<DesiredChange>& changes);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_CHANGE_CHECK_H_
