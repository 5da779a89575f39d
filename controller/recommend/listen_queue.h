#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_LISTEN_QUEUE_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_LISTEN_QUEUE_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// Lengthens the accept queue: somaxconn (and tcp_max_syn_backlog with it) where that is what limits
// it, what the application asks listen() for otherwise. Nothing when it is as long as it may be.
std::optional<Remedy> LengthenBacklog(const RemedyContext& context);

// Sets tcp_syncookies = 1. Nothing when it is on, or when the sample does not have it.
std::optional<Remedy> TurnOnSynCookies(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_LISTEN_QUEUE_H_
