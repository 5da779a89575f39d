#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_APPROVAL_RULE_ROW_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_APPROVAL_RULE_ROW_H_

#include <cstdint>

#include "controller/model/approval_policy.h"

namespace berthmaster {

// A set of small numbers in one column: bit n is set for the number n.
struct ApprovalRuleRow {
  ApprovalRule rule;
  int32_t risks = 0;
};
struct ApprovalWindowRow {
  ApprovalWindow window;
  int32_t days = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_APPROVAL_RULE_ROW_H_
