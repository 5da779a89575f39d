#ifndef BERTHMASTER_COMMON_CONFIG_CONFIG_H_
#define BERTHMASTER_COMMON_CONFIG_CONFIG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config/key.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// The exit code of every binary for a flag, a variable or a file that it cannot accept.
inline constexpr int kUsageExitCode = 2;

// Where values come from; the earlier member wins.
struct ConfigInputs {
  // The flags that were given, by key name without "--", each with its values in order.
  std::map<std::string, std::vector<std::string>> flags = {};
  // Looks up an environment variable. An empty one counts as not set.
  std::function<std::optional<std::string>(const std::string& name)> environment = {};
  // The YAML file of --config; none when empty.
  std::string file_path = {};
};

// getenv(3), for ConfigInputs::environment.
std::optional<std::string> ProcessEnvironment(const std::string& name);

// The effective configuration of one binary: flags over environment over file over default, each
// key typed and checked. Immutable.
class Config {
 public:
  // Every value that was given is checked, also one that a stronger source hides. INVALID_ARGUMENT
  // names the flag, the variable or FILE:LINE and the key, and says what is allowed; a file that
  // cannot be read has the code of its errno.
  static absl::StatusOr<Config> Resolve(const ConfigTable& table, const ConfigInputs& inputs);

  // The value of a key. Asking for a name or a kind that the table does not have is a bug and
  // aborts.
  const std::string& GetString(absl::string_view name) const;  // kString and kChoice
  int64_t GetInteger(absl::string_view name) const;
  bool GetBoolean(absl::string_view name) const;
  absl::Duration GetDuration(absl::string_view name) const;
  const Endpoint& GetEndpoint(absl::string_view name) const;
  const std::vector<std::string>& GetList(absl::string_view name) const;

  // Where the value of `name` came from: "--NAME", the variable's name, "FILE:LINE" or "default".
  const std::string& SourceOf(absl::string_view name) const;

  // The whole as YAML that --config would take, with help, default and source of each key in
  // comments: for --print-config.
  std::string ToYaml() const;

 private:
  struct Item {
    ConfigKey key;
    ConfigValue value;
    std::string source;
  };

  explicit Config(std::vector<Item> items) : items_(std::move(items)) {}
  const Item& Find(absl::string_view name) const;
  template <typename T>
  const T& Get(absl::string_view name) const;

  std::vector<Item> items_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_CONFIG_CONFIG_H_
