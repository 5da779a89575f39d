#include "agent/kernel/count_text.h"

#include "absl/strings/str_cat.h"

namespace berthmaster {

std::string CountText(int64_t count, absl::string_view one, absl::string_view several) {
  return absl::StrCat(count, " ", count == 1 ? one : several);
}

}  // namespace berthmaster
