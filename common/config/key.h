#ifndef BERTHMASTER_COMMON_CONFIG_KEY_H_
#define BERTHMASTER_COMMON_CONFIG_KEY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// What a key's text means.
enum class ConfigKind : uint8_t {
  kString,
  // A whole number.
  kInteger,
  // "true" or "false", nothing else.
  kBoolean,
  // A number with a unit, "1s", "500ms", "2m"; a bare number is refused, since nobody can know its
  // unit.
  kDuration,
  // HOST:PORT to connect to; port 1 to 65535.
  kEndpoint,
  // HOST:PORT to listen on; port 0 lets the kernel choose.
  kListenEndpoint,
  // One of `choices`.
  kChoice,
  // Any number of texts: a repeated flag, a YAML list, commas in the environment.
  kStringList,
};

// One key of a binary's configuration: --sample-interval, BERTHMASTER_SAMPLE_INTERVAL and
// `sample-interval:` are the same key.
struct ConfigKey {
  // Lower-case words joined by '-'.
  std::string name;
  ConfigKind kind = ConfigKind::kString;
  // As it would be written in a flag: one text, any number for a list.
  std::vector<std::string> default_value = {};
  // One sentence for --help and --print-config.
  std::string help = {};
  // kChoice only.
  std::vector<std::string> choices = {};
  // kInteger only, inclusive.
  int64_t integer_min = std::numeric_limits<int64_t>::min();
  int64_t integer_max = std::numeric_limits<int64_t>::max();
  // kDuration only, inclusive; never negative.
  absl::Duration duration_min = absl::ZeroDuration();
  absl::Duration duration_max = absl::Hours(24 * 365);
};

// The keys of one binary, in the order in which they are shown. Names are unique.
using ConfigTable = std::vector<ConfigKey>;

// The typed value of a key; both kinds of endpoint are an Endpoint, a choice is a string.
using ConfigValue =
    std::variant<std::string, int64_t, bool, absl::Duration, Endpoint, std::vector<std::string>>;

// "BERTHMASTER_SAMPLE_INTERVAL" for "sample-interval".
std::string EnvironmentName(absl::string_view key_name);

// The key's help with its default and its environment variable, for --help.
std::string FlagHelp(const ConfigKey& key);

// What values the key takes, for --help and for errors: "DURATION", "HOST:PORT", "observe|enforce",
// …
std::string ValueForm(const ConfigKey& key);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_CONFIG_KEY_H_
