#include "agent/pool_text.h"

#include "common/ids/names.h"

namespace berthmaster {

std::string PoolText(const PoolSample& pool) { return PoolTitle(pool.id(), "->"); }

}  // namespace berthmaster
