#ifndef BERTHMASTER_CONTROLLER_API_HOST_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_HOST_CONVERSION_H_

#include "berthmaster/v1/host.pb.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// The host with what its newest sample says. `open_incident_count` is the number of its incidents
// that are not RESOLVED and not silenced.
v1::Host ToProto(const HostView& view, int open_incident_count);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_HOST_CONVERSION_H_
