#include "controller/api/approval_policy_conversion.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"
#include "controller/api/request_check.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kName = "policies/approval";

v1::ApprovalRule ToProto(const ApprovalRule& rule) {
  v1::ApprovalRule proto;
  proto.set_name(rule.name);
  proto.mutable_selector()->insert(rule.selector.begin(), rule.selector.end());
  for (RecommendationRisk risk : rule.risks) {
    proto.add_risks(static_cast<v1::RecommendationRisk>(risk));
  }
  proto.set_approvals_required(rule.approvals_required);
  proto.set_proposer_may_approve(rule.proposer_may_approve);
  for (const ApprovalWindow& window : rule.windows) {
    v1::ApprovalWindow& shown = *proto.add_windows();
    for (int32_t day : window.days) shown.add_days(day);
    *shown.mutable_start() = berthmaster::ToProto(window.start);
    *shown.mutable_length() = berthmaster::ToProto(window.length);
  }
  return proto;
}

absl::StatusOr<ApprovalRule> FromProto(const v1::ApprovalRule& proto, absl::string_view where) {
  ApprovalRule rule;
  rule.name = proto.name();
  rule.selector.insert(proto.selector().begin(), proto.selector().end());
  for (int risk : proto.risks()) {
    if (risk < v1::RECOMMENDATION_RISK_LOW || risk > v1::RECOMMENDATION_RISK_HIGH) {
      return FieldError(absl::StrCat(where, ".risks"), absl::StrCat(risk),
                        "is no risk; write LOW, MEDIUM or HIGH");
    }
    rule.risks.insert(static_cast<RecommendationRisk>(risk));
  }
  rule.approvals_required = proto.approvals_required();
  rule.proposer_may_approve = proto.proposer_may_approve();
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(absl::StrCat(where, ".windows"), proto.windows_size(),
                                              static_cast<int>(kApprovalWindowsMax)));
  for (const v1::ApprovalWindow& wire : proto.windows()) {
    ApprovalWindow window;
    window.days.insert(wire.days().begin(), wire.days().end());
    BERTHMASTER_ASSIGN_OR_RETURN(
        window.start, berthmaster::FromProto(wire.start(), absl::StrCat(where, ".windows.start")));
    BERTHMASTER_ASSIGN_OR_RETURN(
        window.length,
        berthmaster::FromProto(wire.length(), absl::StrCat(where, ".windows.length")));
    rule.windows.push_back(std::move(window));
  }
  return rule;
}

absl::StatusOr<Freeze> FromProto(const v1::Freeze& proto, absl::string_view where) {
  Freeze freeze;
  freeze.name = proto.name();
  freeze.selector.insert(proto.selector().begin(), proto.selector().end());
  BERTHMASTER_ASSIGN_OR_RETURN(
      freeze.start_time,
      berthmaster::FromProto(proto.start_time(), absl::StrCat(where, ".start_time")));
  BERTHMASTER_ASSIGN_OR_RETURN(
      freeze.end_time, berthmaster::FromProto(proto.end_time(), absl::StrCat(where, ".end_time")));
  freeze.reason = proto.reason();
  return freeze;
}

}  // namespace

v1::ApprovalPolicy ToProto(const ApprovalPolicy& policy) {
  v1::ApprovalPolicy proto;
  proto.set_name(std::string(kName));
  for (const ApprovalRule& rule : policy.rules) *proto.add_rules() = ToProto(rule);
  for (const Freeze& freeze : policy.freezes) {
    v1::Freeze& shown = *proto.add_freezes();
    shown.set_name(freeze.name);
    shown.mutable_selector()->insert(freeze.selector.begin(), freeze.selector.end());
    *shown.mutable_start_time() = ToProto(freeze.start_time);
    *shown.mutable_end_time() = ToProto(freeze.end_time);
    shown.set_reason(freeze.reason);
  }
  if (policy.update_time.has_value()) *proto.mutable_update_time() = ToProto(*policy.update_time);
  proto.set_updater(policy.updater);
  proto.set_etag(EtagOf(policy.revision));
  return proto;
}

absl::StatusOr<ApprovalPolicyRequest> FromProto(const v1::UpdateApprovalPolicyRequest& request,
                                                Caller updater) {
  if (!request.has_policy()) {
    return FieldError("policy", "", "is missing; send the rules and freezes that shall hold");
  }
  const v1::ApprovalPolicy& policy = request.policy();
  if (!policy.name().empty() && policy.name() != kName) {
    return FieldError("policy.name", policy.name(), absl::StrCat("is not ", kName));
  }
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(policy.etag()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("policy.rules", policy.rules_size(), static_cast<int>(kApprovalRulesMax)));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("policy.freezes", policy.freezes_size(), static_cast<int>(kFreezesMax)));
  ApprovalPolicyRequest plain;
  for (int i = 0; i < policy.rules_size(); ++i) {
    BERTHMASTER_ASSIGN_OR_RETURN(ApprovalRule rule,
                                 FromProto(policy.rules(i), absl::StrCat("policy.rules[", i, "]")));
    plain.rules.push_back(std::move(rule));
  }
  for (int i = 0; i < policy.freezes_size(); ++i) {
    BERTHMASTER_ASSIGN_OR_RETURN(
        Freeze freeze, FromProto(policy.freezes(i), absl::StrCat("policy.freezes[", i, "]")));
    plain.freezes.push_back(std::move(freeze));
  }
  plain.updater = std::move(updater);
  plain.etag = policy.etag();
  plain.validate_only = request.validate_only();
  return plain;
}

}  // namespace berthmaster
