#ifndef BERTHMASTER_AGENT_COLLECT_PORT_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_PORT_POOLS_H_

#include <vector>

#include "agent/collect/address_ports.h"
#include "agent/collect/port_space.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Bind and UDP pools of local addresses that a sample has at most, beside those of the wildcards:
// few hosts have more addresses that matter.
inline constexpr size_t kPortPoolsMax = 8;

// Below this share of the capacity a pool without a bound client is not worth its place.
inline constexpr double kPortPoolShare = 0.10;

// The bind pools worth a place in the sample: of addresses where a client called bind() itself, and
// of those that are past kPortPoolShare, most ports first; with them, or where they themselves are
// past it, those of the wildcards. The capacity is what a fill with bind(0) is guaranteed to reach:
// like connect(), inet_csk_find_open_port() looks at an even number of ports at each call. Pure.
std::vector<PoolSample> MakeBindPools(const PortUse& use, const PortSpace& space);

// The UDP pools: those of the wildcards, out of which connect() and sendto() without bind() choose
// (inet_autobind binds before it knows a destination), and those of the addresses with the most
// ports. udp_lib_get_port() looks at the whole range. Pure.
std::vector<PoolSample> MakeUdpPools(const PortUse& use, const PortSpace& space);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_PORT_POOLS_H_
