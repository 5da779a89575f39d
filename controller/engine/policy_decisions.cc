// What Decisions does about policies.

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "controller/approval/policy_check.h"
#include "controller/detect/threshold_fields.h"
#include "controller/engine/audit_draft.h"
#include "controller/engine/decision_checks.h"
#include "controller/engine/decisions.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kPolicyName = "policies/detection";
constexpr absl::string_view kApprovalPolicyName = "policies/approval";

absl::Status Wrong(absl::string_view what) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "POLICY_INVALID", what);
}

absl::Status CheckRules(const std::vector<DetectionRule>& rules) {
  if (rules.size() > kDetectionRulesMax) {
    return Wrong(absl::StrCat("rules: has ", rules.size(), "; at most ", kDetectionRulesMax,
                              " are allowed"));
  }
  std::set<absl::string_view> names;
  for (size_t i = 0; i < rules.size(); ++i) {
    const DetectionRule& rule = rules[i];
    if (rule.name.empty() || rule.name.size() > kRuleNameBytesMax) {
      return Wrong(absl::StrCat("rules[", i, "].name: has ", rule.name.size(),
                                " bytes; give it a name of 1 to ", kRuleNameBytesMax));
    }
    const std::string where = absl::StrCat("rule '", absl::Utf8SafeCEscape(rule.name), "'");
    if (!names.insert(rule.name).second) {
      return Wrong(absl::StrCat(where, ": is there twice; a rule has a name of its own"));
    }
    absl::Status selector = CheckSelector("selector", rule.selector, SelectorUse::kNamespaces);
    if (!selector.ok()) return Wrong(absl::StrCat(where, ": ", selector.message()));
    absl::Status thresholds = CheckOverrides(rule.overrides);
    if (!thresholds.ok()) return Wrong(absl::StrCat(where, ": ", thresholds.message()));
    if (rule.overrides == ThresholdOverrides()) {
      return Wrong(absl::StrCat(where, ": sets no threshold; set one or leave the rule out"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DetectionPolicy> Decisions::UpdateDetectionPolicy(
    const DetectionPolicyRequest& request) {
  BERTHMASTER_RETURN_IF_ERROR(CheckRules(request.rules));
  const DetectionPolicy before = *parts_.ledger->detection_policy();
  DetectionPolicy policy = before;
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(kPolicyName, request.etag, policy.revision));
  policy.rules = request.rules;
  if (request.validate_only) return policy;
  policy.update_time = now_;
  policy.updater = request.updater.who;
  ++policy.revision;
  LogInfo(kPolicyName, ": ", policy.rules.size(), " rules set by ", policy.updater);
  parts_.ledger->Put(policy);
  parts_.ledger->Append(AuditDraft(now_, request.updater, AuditAction::kPolicySet,
                                   std::string(kPolicyName), "", AuditValuesOf(before, policy)));
  parts_.incidents->TakeDetectionPolicy();
  return policy;
}

absl::StatusOr<ApprovalPolicy> Decisions::UpdateApprovalPolicy(
    const ApprovalPolicyRequest& request) {
  const ApprovalPolicy before = *parts_.ledger->approval_policy();
  ApprovalPolicy policy = before;
  BERTHMASTER_RETURN_IF_ERROR(RequireEtag(kApprovalPolicyName, request.etag, policy.revision));
  policy.rules = request.rules;
  policy.freezes = request.freezes;
  BERTHMASTER_RETURN_IF_ERROR(CheckApprovalPolicy(policy));
  if (request.validate_only) return policy;
  policy.update_time = now_;
  policy.updater = request.updater.who;
  ++policy.revision;
  LogInfo(kApprovalPolicyName, ": ", policy.rules.size(), " rules and ", policy.freezes.size(),
          " freezes set by ", policy.updater);
  parts_.ledger->Append(AuditDraft(now_, request.updater, AuditAction::kPolicySet,
                                   std::string(kApprovalPolicyName), "",
                                   AuditValuesOf(before, policy)));
  parts_.ledger->Put(policy);
  return policy;
}

}  // namespace berthmaster
