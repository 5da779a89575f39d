#ifndef BERTHMASTER_AGENT_KERNEL_CLEAN_TEXT_H_
#define BERTHMASTER_AGENT_KERNEL_CLEAN_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// The longest name that goes into a label: that of a Kubernetes object (a DNS subdomain).
inline constexpr size_t kLabelBytesMax = 253;

// Text that a process or a user chose, made fit for a terminal, a log and a protobuf string:
// without white space at its ends, at most `bytes_max` bytes of it, every byte that is not
// printable ASCII replaced by '?'.
std::string CleanText(absl::string_view text, size_t bytes_max = kLabelBytesMax);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_CLEAN_TEXT_H_
