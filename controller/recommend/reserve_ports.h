#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_RESERVE_PORTS_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_RESERVE_PORTS_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// Adds the ports of services in the range to ip_local_reserved_ports. Nothing when none is open to
// connect(), or when the sample does not have the sysctls to tell.
std::optional<Remedy> ReservePorts(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_RESERVE_PORTS_H_
