#ifndef BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_AUDIT_H_
#define BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_AUDIT_H_

#include "absl/time/time.h"
#include "controller/engine/control_ledger.h"
#include "controller/model/rollout.h"

namespace berthmaster {

// Enters what a step of a rollout did into the audit chain: PUSHED for what was put into a desired
// state; APPLIED, REFUSED, FAILED, DRIFTED and REVERTED for what each agent answered; CONFIRMED.
// The values are what was in force before and what is to be, or is, after.
void AuditRollout(const Rollout& before, const Rollout& after, absl::Time now,
                  ControlLedger& ledger);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_AUDIT_H_
