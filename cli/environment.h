#ifndef BERTHMASTER_CLI_ENVIRONMENT_H_
#define BERTHMASTER_CLI_ENVIRONMENT_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace berthmaster {

// A variable's value, as ProcessEnvironment of common/config gives it.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The file that is read when --config is not given; empty when there is none.
std::string DefaultConfigFile(const Environment& environment);

// What berthctl calls its user to the controller, which records it with decisions: `as` if it is
// given, else $SUDO_USER, else $USER; empty when none of them is a name. Without authentication it
// is a claim. INVALID_ARGUMENT for an `as` that cannot be a name.
absl::StatusOr<std::string> UserName(const std::string& as, const Environment& environment);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_ENVIRONMENT_H_
