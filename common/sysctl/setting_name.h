#ifndef BERTHMASTER_COMMON_SYSCTL_SETTING_NAME_H_
#define BERTHMASTER_COMMON_SYSCTL_SETTING_NAME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A sysctl's name with dots between its parts. As sysctl(8) and sysctl.d(5) have it, the first of
// '.' and '/' in the name is what separates its parts, and the other one then stands for itself:
// "net/ipv4/conf/eth0.1/rp_filter" is "net.ipv4.conf.eth0/1.rp_filter".
std::string DottedSysctlName(absl::string_view text);

// The setting that `text` means: a sysctl of the catalogue or a retired one, with or without
// "net.ipv4." and its like, with dots or slashes, or a socket option or state such as SO_LINGER, in
// any case. Nothing when Berthmaster does not know it. The result lives for ever.
std::optional<absl::string_view> FindSettingName(absl::string_view text);

// At most three known names that `text` may have been meant to be, the nearest first.
std::vector<absl::string_view> NearSettingNames(absl::string_view text);

// The sysctl of the catalogue that somebody most likely meant by the full name `sysctl`, which the
// catalogue does not have: a slip of one or two letters, or net.ipv6 for what is in net.ipv4 only.
// Nothing when it is more likely to be a sysctl that Berthmaster does not know.
std::optional<absl::string_view> LikelySlipOf(absl::string_view sysctl);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_SETTING_NAME_H_
