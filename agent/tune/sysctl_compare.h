#ifndef BERTHMASTER_AGENT_TUNE_SYSCTL_COMPARE_H_
#define BERTHMASTER_AGENT_TUNE_SYSCTL_COMPARE_H_

#include "absl/strings/string_view.h"

namespace berthmaster {

// Whether two values of `sysctl` mean the same to the kernel: "1,2,3" and "1-3" are one port list,
// "32768\t60999" and "32768 60999" one range, "01" and "1" one number. Values that are not of the
// tunable's form are compared as normalised text.
bool SameSysctlValue(absl::string_view sysctl, absl::string_view a, absl::string_view b);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_SYSCTL_COMPARE_H_
