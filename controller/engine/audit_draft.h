#ifndef BERTHMASTER_CONTROLLER_ENGINE_AUDIT_DRAFT_H_
#define BERTHMASTER_CONTROLLER_ENGINE_AUDIT_DRAFT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/audit/audit_entry.h"
#include "common/protocol/desired_state.h"
#include "controller/model/approval_policy.h"
#include "controller/model/caller.h"
#include "controller/model/detection_policy.h"

namespace berthmaster {

// Entries for ControlLedger::Append, which gives them their place in the chain:
//   ledger.Append(AuditDraft(now, caller, AuditAction::kSilenced, SilenceName(id), reason,
//   values));
AuditEntry AuditDraft(absl::Time now, const Caller& caller, AuditAction action, std::string object,
                      std::string reason = "", std::vector<AuditValue> values = {});

// The sysctls that are to change in one namespace, each from its expected to its desired value.
std::vector<AuditValue> AuditValuesOf(absl::string_view host_id, uint64_t netns_cookie,
                                      absl::string_view netns_label,
                                      const std::vector<SysctlChange>& changes);

// What an approval of the recommendation is for: in its one namespace, or where its plan says.
std::vector<AuditValue> AuditValuesOf(const Recommendation& recommendation);

// The rules that are another before and after, each by "rule NAME" with its content as text, and
// their order as "rules" when that is another.
std::vector<AuditValue> AuditValuesOf(const DetectionPolicy& before, const DetectionPolicy& after);

// The rules and freezes that are another before and after, likewise, by "rule NAME" and
// "freeze NAME".
std::vector<AuditValue> AuditValuesOf(const ApprovalPolicy& before, const ApprovalPolicy& after);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_AUDIT_DRAFT_H_
