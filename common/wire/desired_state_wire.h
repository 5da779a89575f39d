#ifndef BERTHMASTER_COMMON_WIRE_DESIRED_STATE_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_DESIRED_STATE_WIRE_H_

#include "absl/status/statusor.h"
#include "berthmaster/v1/agent.pb.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "common/protocol/desired_state.h"

namespace berthmaster {

// INVALID_ARGUMENT on the way in names the field and its value: more than kDesiredChangesMax
// changes or kDesiredAdviceMax pieces of advice (twice as many results), advice that breaks its
// bounds (advice_wire.h), a text out of bounds, a negative cookie, inode or revision, an unknown
// state, a lease outside [kLeaseMin, kLeaseMax] of an unconfirmed change. Whether a sysctl may be
// written is not decided here.
v1::SysctlChange ToProto(const SysctlChange& change);
absl::StatusOr<SysctlChange> FromProto(const v1::SysctlChange& proto);

v1::DesiredState ToProto(const DesiredState& state);
absl::StatusOr<DesiredState> FromProto(const v1::DesiredState& proto);

v1::DesiredStateReply ToProto(const DesiredStateReply& reply);
absl::StatusOr<DesiredStateReply> FromProto(const v1::DesiredStateReply& proto);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_DESIRED_STATE_WIRE_H_
