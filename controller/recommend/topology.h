#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_TOPOLOGY_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_TOPOLOGY_H_

#include <optional>

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// How many more source addresses, destination addresses or destination ports would do. Nothing when
// the load is not known, when none more is needed, or when more than kSpreadMax would be.
std::optional<Remedy> AddAddresses(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_TOPOLOGY_H_
