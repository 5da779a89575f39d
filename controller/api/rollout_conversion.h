#ifndef BERTHMASTER_CONTROLLER_API_ROLLOUT_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_ROLLOUT_CONVERSION_H_

#include "berthmaster/v1/rollout.pb.h"
#include "controller/model/rollout.h"

namespace berthmaster {

// Targets are named by their place, from 1: rollouts/{rollout}/targets/1.
v1::Rollout ToProto(const Rollout& rollout);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_ROLLOUT_CONVERSION_H_
