#ifndef BERTHMASTER_COMMON_IDS_USER_NAME_H_
#define BERTHMASTER_COMMON_IDS_USER_NAME_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace berthmaster {

// The gRPC metadata by which a caller of the API names itself. Without authentication the name is a
// claim.
inline constexpr char kUserMetadata[] = "berthmaster-user";
inline constexpr size_t kUserNameBytesMax = 64;

// Whether `name` may be what a caller calls itself: 1 to kUserNameBytesMax of [A-Za-z0-9._@-].
bool IsUserName(absl::string_view name);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_IDS_USER_NAME_H_
