#ifndef BERTHMASTER_AGENT_COLLECT_NETNS_LOAD_H_
#define BERTHMASTER_AGENT_COLLECT_NETNS_LOAD_H_

#include "absl/time/time.h"
#include "agent/collect/port_space.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/netns/proc_net.h"

namespace berthmaster {

// A dump walks the socket table of the whole host, so a namespace is dumped, and its files are
// read, at every sample only while it is busy: while sockstat's few numbers do not exclude that a
// pool of it is near its limit, because its sockets are at least this share of the smallest
// capacity.
inline constexpr double kQuietShare = 0.10;
// How often a quiet namespace's files are read, and how often it is dumped, when the numbers have
// changed since the last time.
inline constexpr absl::Duration kQuietInterval = absl::Seconds(10);
// How often when they have not.
inline constexpr absl::Duration kUnchangedInterval = absl::Seconds(60);

// Whether a connect pool or the TIME_WAIT table may be past kQuietShare of its capacity. Pure.
bool IsBusy(const SockstatCounts& counts, const NetnsFacts& facts, const PortSpace& space);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_NETNS_LOAD_H_
