#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_CONNTRACK_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_CONNTRACK_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// nf_conntrack_max, with buckets and memory: one for the host, which no agent writes.
std::optional<Remedy> RaiseConntrackTable(const RemedyContext& context);

// Lowers nf_conntrack_tcp_timeout_time_wait to just above what a socket's TIME_WAIT lasts. Nothing
// when it is not above that, or when the sample does not have it.
std::optional<Remedy> ShortenConntrackTimeWait(const RemedyContext& context);

// The port range of the masquerade or SNAT rule, for a person: no sysctl has it. Nothing when the
// pool has all the ports that there are.
std::optional<Remedy> WidenMasqueradeRange(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_CONNTRACK_H_
