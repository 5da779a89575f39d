#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_WAITING_SOCKETS_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_WAITING_SOCKETS_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// Sockets that wait for a peer that does not answer. Both choose the largest value that suffices,
// and otherwise the smallest that is safe.

// Lowers tcp_syn_retries, so that a connect() to a dead destination holds its port for less time.
// Nothing without SYN_SENT, when it is as low as is safe, or when the sample does not have it.
std::optional<Remedy> LowerSynRetries(const RemedyContext& context);

// Lowers tcp_fin_timeout. Nothing unless FIN_WAIT_2 is most of what waits for the peer: it does
// nothing to TIME_WAIT, FIN_WAIT_1, CLOSING and LAST_ACK.
std::optional<Remedy> LowerFinTimeout(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_WAITING_SOCKETS_H_
