#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_WIDEN_RANGE_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_WIDEN_RANGE_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// Widens ip_local_port_range as far as the load needs, or as far as it goes. Nothing when it can
// not grow.
std::optional<Remedy> WidenRange(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_WIDEN_RANGE_H_
