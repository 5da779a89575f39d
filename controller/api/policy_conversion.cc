#include "controller/api/policy_conversion.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"
#include "controller/api/request_check.h"
#include "controller/detect/threshold_fields.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

using google::protobuf::FieldDescriptor;

constexpr absl::string_view kName = "policies/detection";

// The field of the contract. One that is missing there is a bug.
const FieldDescriptor& FieldOf(absl::string_view name) {
  const FieldDescriptor* field =
      v1::ThresholdOverrides::descriptor()->FindFieldByName(std::string(name));
  if (field == nullptr) std::abort();
  return *field;
}

absl::StatusOr<ThresholdOverrides> FromProto(const v1::ThresholdOverrides& proto) {
  const google::protobuf::Reflection& reflection = *proto.GetReflection();
  ThresholdOverrides overrides;
  for (const auto& field : ShareFields()) {
    const FieldDescriptor& wire = FieldOf(field.name);
    if (reflection.HasField(proto, &wire)) {
      overrides.*field.override_value = reflection.GetDouble(proto, &wire);
    }
  }
  for (const auto& field : DurationFields()) {
    const FieldDescriptor& wire = FieldOf(field.name);
    if (!reflection.HasField(proto, &wire)) continue;
    google::protobuf::Duration duration;
    duration.CopyFrom(reflection.GetMessage(proto, &wire));
    BERTHMASTER_ASSIGN_OR_RETURN(overrides.*field.override_value,
                                 berthmaster::FromProto(duration, field.name));
  }
  return overrides;
}

}  // namespace

v1::ThresholdOverrides ToProto(const ThresholdOverrides& overrides) {
  v1::ThresholdOverrides proto;
  const google::protobuf::Reflection& reflection = *proto.GetReflection();
  for (const auto& field : ShareFields()) {
    const auto& value = overrides.*field.override_value;
    if (value.has_value()) reflection.SetDouble(&proto, &FieldOf(field.name), *value);
  }
  for (const auto& field : DurationFields()) {
    const auto& value = overrides.*field.override_value;
    if (!value.has_value()) continue;
    reflection.MutableMessage(&proto, &FieldOf(field.name))->CopyFrom(ToProto(*value));
  }
  return proto;
}

v1::DetectionPolicy ToProto(const DetectionPolicy& policy) {
  v1::DetectionPolicy proto;
  proto.set_name(std::string(kName));
  for (const DetectionRule& rule : policy.rules) {
    v1::DetectionRule& shown = *proto.add_rules();
    shown.set_name(rule.name);
    shown.mutable_selector()->insert(rule.selector.begin(), rule.selector.end());
    *shown.mutable_thresholds() = ToProto(rule.overrides);
  }
  if (policy.update_time.has_value()) *proto.mutable_update_time() = ToProto(*policy.update_time);
  proto.set_updater(policy.updater);
  proto.set_etag(EtagOf(policy.revision));
  return proto;
}

absl::StatusOr<DetectionPolicyRequest> FromProto(const v1::UpdateDetectionPolicyRequest& request,
                                                 Caller updater) {
  if (!request.has_policy()) {
    return FieldError("policy", "", "is missing; send the rules that shall be in force");
  }
  const v1::DetectionPolicy& policy = request.policy();
  if (!policy.name().empty() && policy.name() != kName) {
    return FieldError("policy.name", policy.name(), absl::StrCat("is not ", kName));
  }
  BERTHMASTER_RETURN_IF_ERROR(CheckEtag(policy.etag()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("policy.rules", policy.rules_size(), static_cast<int>(kDetectionRulesMax)));
  DetectionPolicyRequest plain;
  for (const v1::DetectionRule& wire : policy.rules()) {
    DetectionRule rule;
    rule.name = wire.name();
    rule.selector.insert(wire.selector().begin(), wire.selector().end());
    absl::StatusOr<ThresholdOverrides> overrides = FromProto(wire.thresholds());
    if (!overrides.ok()) {
      return Annotate(overrides.status(),
                      absl::StrCat("rule '", absl::Utf8SafeCEscape(wire.name()), "'"));
    }
    rule.overrides = *overrides;
    plain.rules.push_back(std::move(rule));
  }
  plain.updater = std::move(updater);
  plain.etag = policy.etag();
  plain.validate_only = request.validate_only();
  return plain;
}

}  // namespace berthmaster
