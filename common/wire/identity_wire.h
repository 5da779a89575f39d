#ifndef BERTHMASTER_COMMON_WIRE_IDENTITY_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_IDENTITY_WIRE_H_

#include "absl/status/statusor.h"
#include "berthmaster/v1/agent.pb.h"
#include "berthmaster/v1/host.pb.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// INVALID_ARGUMENT on the way in names the field and its value. A capability that this version does
// not know is left out; a profile it does not know is refused, since it decides what the agent may
// be asked to do.
v1::HostIdentity ToProto(const HostIdentity& identity);
absl::StatusOr<HostIdentity> FromProto(const v1::HostIdentity& proto);

v1::Hello ToProto(const AgentHello& hello);
absl::StatusOr<AgentHello> FromProto(const v1::Hello& proto);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_IDENTITY_WIRE_H_
