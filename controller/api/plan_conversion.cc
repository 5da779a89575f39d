#include "controller/api/plan_conversion.h"

#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

v1::AdviceSeverity ToProto(AdviceSeverity severity) {
  switch (severity) {
    case AdviceSeverity::kNote:
      return v1::ADVICE_SEVERITY_NOTE;
    case AdviceSeverity::kWarning:
      return v1::ADVICE_SEVERITY_WARNING;
    case AdviceSeverity::kError:
      return v1::ADVICE_SEVERITY_ERROR;
  }
  return v1::ADVICE_SEVERITY_UNSPECIFIED;
}

}  // namespace

v1::RolloutPlan ToProto(const RolloutPlan& plan) {
  v1::RolloutPlan proto;
  proto.mutable_selector()->insert(plan.selector.begin(), plan.selector.end());
  proto.set_canary_count(plan.canary_count);
  for (const WaveSize& wave : plan.waves) {
    v1::WaveSize& shown = *proto.add_waves();
    if (wave.percent > 0) {
      shown.set_percent(wave.percent);
    } else {
      shown.set_count(wave.count);
    }
  }
  if (plan.soak > absl::ZeroDuration()) *proto.mutable_soak() = berthmaster::ToProto(plan.soak);
  proto.set_failed_targets_max(plan.failed_targets_max);
  proto.set_pause_after_canary(plan.pause_after_canary);
  proto.set_persist(plan.persist);
  proto.set_follows(plan.follows);
  return proto;
}

v1::Decision ToProto(const Decision& decision) {
  v1::Decision proto;
  proto.set_decider(decision.decider);
  proto.set_reason(decision.reason);
  *proto.mutable_decide_time() = berthmaster::ToProto(decision.decide_time);
  proto.set_content_sha256(decision.content_sha256);
  return proto;
}

v1::SettingAdvice ToProto(const SettingAdvice& advice) {
  v1::SettingAdvice proto;
  proto.set_setting(advice.setting);
  proto.set_value(advice.value);
  proto.set_severity(ToProto(advice.advice.severity));
  proto.set_id(advice.advice.id);
  proto.set_reason(advice.advice.reason);
  proto.set_instead(advice.advice.instead);
  return proto;
}

absl::StatusOr<RolloutPlan> FromProto(const v1::RolloutPlan& proto) {
  RolloutPlan plan;
  plan.selector.insert(proto.selector().begin(), proto.selector().end());
  if (proto.canary_count() != 0) plan.canary_count = proto.canary_count();
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("plan.waves", proto.waves_size(), static_cast<int>(kWavesMax)));
  for (const v1::WaveSize& wave : proto.waves()) {
    plan.waves.push_back({wave.count(), wave.percent()});
  }
  if (proto.has_soak()) {
    BERTHMASTER_ASSIGN_OR_RETURN(plan.soak, berthmaster::FromProto(proto.soak(), "plan.soak"));
  }
  plan.failed_targets_max = proto.failed_targets_max();
  plan.pause_after_canary = proto.pause_after_canary();
  plan.persist = proto.persist();
  plan.follows = proto.follows();
  return plan;
}

}  // namespace berthmaster
