#ifndef BERTHMASTER_CONTROLLER_MODEL_APPROVAL_POLICY_H_
#define BERTHMASTER_CONTROLLER_MODEL_APPROVAL_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "controller/model/labels.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

inline constexpr size_t kApprovalRulesMax = 100;
inline constexpr size_t kFreezesMax = 100;
inline constexpr size_t kApprovalWindowsMax = 20;
inline constexpr int32_t kApprovalsRequiredMax = 10;

// A time of the week, in UTC.
struct ApprovalWindow {
  // 1 is Monday, 7 is Sunday; every day when empty.
  std::set<int32_t> days;
  // Since midnight, 0 to 24 h; it may go on into the next day.
  absl::Duration start;
  absl::Duration length;
  friend bool operator==(const ApprovalWindow&, const ApprovalWindow&) = default;
};

// How changes of some risks are approved for some of the fleet's namespaces.
struct ApprovalRule {
  // Unique in its policy, for people.
  std::string name;
  // Empty: all namespaces.
  LabelSelector selector;
  // Empty: all.
  std::set<RecommendationRisk> risks;
  // 0: the policy approves by itself, in its windows; of low risk only.
  int32_t approvals_required = 1;
  bool proposer_may_approve = false;
  // Empty: always.
  std::vector<ApprovalWindow> windows;
  friend bool operator==(const ApprovalRule&, const ApprovalRule&) = default;
};

// A time in which nothing is approved and no wave begins.
struct Freeze {
  std::string name;
  LabelSelector selector;
  absl::Time start_time;
  absl::Time end_time;
  std::string reason;
  friend bool operator==(const Freeze&, const Freeze&) = default;
};

// Who must approve what. There is one; of the rules that select a namespace and a risk the last
// decides, and freezes win over all.
struct ApprovalPolicy {
  std::vector<ApprovalRule> rules;
  std::vector<Freeze> freezes;
  // Nothing, and nobody, before somebody set it.
  std::optional<absl::Time> update_time;
  std::string updater;
  // Rises with every change; the etag.
  int64_t revision = 1;
  friend bool operator==(const ApprovalPolicy&, const ApprovalPolicy&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_APPROVAL_POLICY_H_
