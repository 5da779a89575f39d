#ifndef BERTHMASTER_COMMON_SYSCTL_VALUE_H_
#define BERTHMASTER_COMMON_SYSCTL_VALUE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A sysctl's value with the white space at its ends gone and each run inside it as one space, so
// that "32768\t60999\n" and "32768 60999" are equal.
std::string NormalizeSysctlValue(absl::string_view value);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_VALUE_H_
