#ifndef BERTHMASTER_COMMON_SYSCTL_VALUE_H_
#define BERTHMASTER_COMMON_SYSCTL_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A sysctl's value with the white space at its ends gone and each run inside it as one space, so
// that "32768\t60999\n" and "32768 60999" are equal.
std::string NormalizeSysctlValue(absl::string_view value);

// Takes a number from the front of `text` as the kernel does (proc_get_long): white space, a minus
// sign, decimal, 0x or a leading 0 for octal; white space or the end must follow, and is left in
// `text` with all else. Nothing where the kernel would answer EINVAL, and for what no int64_t
// holds.
std::optional<int64_t> TakeSysctlInteger(absl::string_view& text);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_VALUE_H_
