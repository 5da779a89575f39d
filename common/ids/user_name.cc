#include "common/ids/user_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace berthmaster {

bool IsUserName(absl::string_view name) {
  return !name.empty() && name.size() <= kUserNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '@' || c == '-';
         });
}

}  // namespace berthmaster
