#ifndef BERTHMASTER_CONTROLLER_API_PLAN_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_PLAN_CONVERSION_H_

#include "absl/status/statusor.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "controller/model/decision.h"
#include "controller/model/rollout_plan.h"
#include "controller/recommend/wish.h"

namespace berthmaster {

v1::RolloutPlan ToProto(const RolloutPlan& plan);
v1::Decision ToProto(const Decision& decision);
v1::SettingAdvice ToProto(const SettingAdvice& advice);

// INVALID_ARGUMENT for a count or a size that is no number of a plan; the other bounds are for the
// engine (CheckPlan).
absl::StatusOr<RolloutPlan> FromProto(const v1::RolloutPlan& proto);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_PLAN_CONVERSION_H_
