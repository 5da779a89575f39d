#ifndef BERTHMASTER_AGENT_COLLECT_POOL_OWNERS_H_
#define BERTHMASTER_AGENT_COLLECT_POOL_OWNERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/protocol/sample.h"

namespace berthmaster {

// Owners of one pool in a sample.
inline constexpr size_t kOwnersPerPoolMax = 8;

// Who was seen holding sockets of a pool.
struct SeenOwner {
  PoolOwner owner;
  // Of its sockets, those that this side has closed first: TIME_WAIT, or on the way there.
  int32_t time_wait = 0;
};
struct SeenOwners {
  std::vector<SeenOwner> owners;
  // Sockets of the pool of that kind that nobody was seen holding.
  int32_t unseen_time_wait = 0;
};

// The processes of one name in one cgroup that made TIME_WAIT in the pool.
struct PoolMaker {
  std::string process;
  // Of one of them.
  int32_t pid = 0;
  // Empty when not known, "/" also where the process is in a hierarchy of cgroup v1.
  std::string cgroup;
  // TimeWaitMakers::Maker::time_wait.
  int64_t time_wait = 0;
};

// The owners of a pool, largest first, at most kOwnersPerPoolMax. Those seen count what they were
// seen with. TIME_WAIT that nobody was seen holding is the makers', in proportion to what each has
// made beyond what it was seen with; none gets more than that, and what is left is nobody's. A seen
// owner of which only the cgroup is known gives its TIME_WAIT to the makers in that cgroup in the
// same way. A maker that gets some is one owner with the seen ones of its name and cgroup.
std::vector<PoolOwner> ComposeOwners(SeenOwners seen, std::vector<PoolMaker> makers);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_POOL_OWNERS_H_
