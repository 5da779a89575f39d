#ifndef BERTHMASTER_CONTROLLER_API_POOL_PAGE_H_
#define BERTHMASTER_CONTROLLER_API_POOL_PAGE_H_

#include <string>
#include <vector>

#include "controller/api/page_token.h"
#include "controller/api/pool_view.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// Parts of the sort key of a pool in a page token: utilization and name.
inline constexpr size_t kPoolKeyParts = 2;

// One page of pools, highest utilization first, then by name.
struct PoolPage {
  // Point into the hosts given.
  std::vector<PoolRef> pools;
  // Of the last pool, when there is more; empty at the end.
  std::vector<std::string> last_key;
};

// The pools of `hosts` that match and come after `page.after`. INVALID_ARGUMENT when that is no key
// of a pool. Looks at each pool of the fleet once.
absl::StatusOr<PoolPage> SelectPools(const std::vector<Fleet::HostPointer>& hosts,
                                     const PoolMatcher& matcher, const Page& page);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POOL_PAGE_H_
