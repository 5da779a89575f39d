#ifndef BERTHMASTER_COMMON_CONFIG_CONVERT_H_
#define BERTHMASTER_COMMON_CONFIG_CONVERT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/key.h"

namespace berthmaster {

// Longer texts are no configuration: the longest path Linux takes (PATH_MAX).
inline constexpr size_t kConfigTextBytesMax = 4096;
// More entries in one list than a host has namespaces worth naming by hand.
inline constexpr size_t kConfigListMax = 1000;

// The value that `texts` mean for `key`: exactly one text, or any number for a list.
// INVALID_ARGUMENT says what is wrong and what is allowed, without naming the key or the source.
absl::StatusOr<ConfigValue> ConvertConfigValue(const ConfigKey& key,
                                               const std::vector<std::string>& texts);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_CONFIG_CONVERT_H_
