#ifndef BERTHMASTER_COMMON_SYSCTL_RELEASE_H_
#define BERTHMASTER_COMMON_SYSCTL_RELEASE_H_

#include <compare>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// The first two numbers of a release of Linux or of Kubernetes, each 0 to 999.
struct Release {
  int major_number = 0;
  int minor_number = 0;

  // "6.1".
  std::string ToString() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const Release&, const Release&) = default;
};

// Of "6.1", "v1.29.3" or "4.18.0-553.el8_10.x86_64"; nothing for what does not begin so.
std::optional<Release> ParseRelease(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_RELEASE_H_
