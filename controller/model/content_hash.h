#ifndef BERTHMASTER_CONTROLLER_MODEL_CONTENT_HASH_H_
#define BERTHMASTER_CONTROLLER_MODEL_CONTENT_HASH_H_

#include <string>

#include "controller/model/recommendation.h"

namespace berthmaster {

// The SHA-256 in hex of what an approval binds to: host, netns cookie and inode, and each sysctl
// with its expected and desired value, in order, and the plan. Two recommendations that would
// change a host in the same way have the same hash.
std::string ContentSha256(const Recommendation& recommendation);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_CONTENT_HASH_H_
