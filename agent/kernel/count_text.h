#ifndef BERTHMASTER_AGENT_KERNEL_COUNT_TEXT_H_
#define BERTHMASTER_AGENT_KERNEL_COUNT_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A number with its words, for sentences that people read: "1 process may", "2 processes may".
std::string CountText(int64_t count, absl::string_view one, absl::string_view several);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_COUNT_TEXT_H_
