#ifndef BERTHMASTER_CONTROLLER_STORE_ENDED_H_
#define BERTHMASTER_CONTROLLER_STORE_ENDED_H_

#include "controller/model/incident.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"
#include "controller/store/control_store.h"

namespace berthmaster {

// Whether it is among what Load() bounds: nothing changes about it by itself any more.
bool Ended(const Incident& incident);
bool Ended(const Recommendation& recommendation);
bool Ended(const Rollout& rollout);

// Puts `state`, which holds everything that was ever committed, into the form that Load() promises:
// sorted, oldest first, and at most `ended_max` ended ones of each kind. Requests older than
// kRequestMemory before the newest one go.
void LimitToLoaded(int ended_max, ControlState& state);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_ENDED_H_
