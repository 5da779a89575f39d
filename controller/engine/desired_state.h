#ifndef BERTHMASTER_CONTROLLER_ENGINE_DESIRED_STATE_H_
#define BERTHMASTER_CONTROLLER_ENGINE_DESIRED_STATE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "controller/engine/control_ledger.h"

namespace berthmaster {

// What `host_id` is to have in force: the sysctls of every rollout on it that is InForce(), the
// oldest rollout first. Where several rollouts set one sysctl of one namespace, only the newest
// one's value is in it, since an agent takes one: the others are covered by it, and come back into
// force when it goes. An agent puts back what is not desired before it writes, so where the newest
// expected the value of a covered one, it is to expect what stood there before that. Pure.
DesiredState BuildDesiredState(const ControlLedger& ledger, absl::string_view host_id,
                               absl::Duration lease);

// Whether a newer rollout covers `sysctl` of `rollout` in the target's namespace.
bool IsCovered(const ControlLedger& ledger, const Rollout& rollout, const RolloutTarget& target,
               absl::string_view sysctl);

// How many changes BuildDesiredState() gives.
int CountDesiredChanges(const ControlLedger& ledger, absl::string_view host_id);

// Moves the revision of the host's desired state, because what BuildDesiredState() gives is about
// to change, and returns it. 0 when the host is not known.
int64_t BumpDesiredRevision(ControlLedger& ledger, absl::string_view host_id);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_DESIRED_STATE_H_
