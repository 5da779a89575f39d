#ifndef BERTHMASTER_AGENT_POOL_TEXT_H_
#define BERTHMASTER_AGENT_POOL_TEXT_H_

#include <string>

#include "common/protocol/sample.h"

namespace berthmaster {

// What a person calls the pool, in ASCII: "10.0.0.1 -> 10.0.0.2:443", "listener [::]:80",
// "TIME_WAIT table".
std::string PoolText(const PoolSample& pool);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_POOL_TEXT_H_
