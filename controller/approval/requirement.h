#ifndef BERTHMASTER_CONTROLLER_APPROVAL_REQUIREMENT_H_
#define BERTHMASTER_CONTROLLER_APPROVAL_REQUIREMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "controller/model/approval_policy.h"
#include "controller/model/labels.h"

namespace berthmaster {

// What it takes for a change to be approved.
struct Requirement {
  // By so many different people.
  int32_t approvals = 1;
  bool proposer_may_approve = true;
  // The rule that approves it by itself, now; empty: none does.
  std::string automatic_rule;
};

// Of a change of `risk` in all of `places`; the strictest of them decides. Without places, as where
// no rule selects. Pure.
Requirement RequirementFor(const ApprovalPolicy& policy, RecommendationRisk risk,
                           const std::vector<LabelView>& places, absl::Time now);

// The freeze that holds in any of `places` at `now`, "freeze 'x' until ...: reason"; empty when
// none does. A freeze without a selector holds everywhere.
std::string FreezeIn(const ApprovalPolicy& policy, const std::vector<LabelView>& places,
                     absl::Time now);

// Whether `now` is in the window.
bool Contains(const ApprovalWindow& window, absl::Time now);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_APPROVAL_REQUIREMENT_H_
