#ifndef BERTHMASTER_CLI_FLAG_VALUES_H_
#define BERTHMASTER_CLI_FLAG_VALUES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "berthmaster/v1/recommendation.pb.h"

namespace berthmaster {

// Values of flags as people type them. Each error is INVALID_ARGUMENT, begins with the flag and
// says what is allowed.

// "k=v,k=v", as often as the flag is given; all of them are one selector. "\" keeps a comma and
// itself in a value.
absl::StatusOr<std::map<std::string, std::string>> ParseSelectorFlag(
    const std::vector<std::string>& texts);

// "5" targets, or "10%" of all.
absl::StatusOr<v1::WaveSize> ParseWaveFlag(absl::string_view text);

// A number with a unit, such as 30s or 5m; not negative. `flag` is its name: "--soak".
absl::StatusOr<absl::Duration> ParseDurationFlag(absl::string_view flag, const std::string& text);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_FLAG_VALUES_H_
