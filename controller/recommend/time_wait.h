#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_TIME_WAIT_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_TIME_WAIT_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// Sets tcp_tw_reuse = 1. Nothing when TIME_WAIT is reusable as it is, when there is none in the
// pool, when timestamps are off here, or when the sample does not have the sysctls to tell.
std::optional<Remedy> ReuseTimeWait(const RemedyContext& context);

// Raises tcp_max_tw_buckets. Nothing when it is as high as it may be.
std::optional<Remedy> RaiseTimeWaitTable(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_TIME_WAIT_H_
