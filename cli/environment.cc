#include "cli/environment.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/ids/user_name.h"

namespace berthmaster {

std::string DefaultConfigFile(const Environment& environment) {
  std::string directory;
  if (auto xdg = environment("XDG_CONFIG_HOME"); xdg.has_value()) {
    directory = *xdg;
  } else if (auto home = environment("HOME"); home.has_value()) {
    directory = absl::StrCat(*home, "/.config");
  }
  std::string path = absl::StrCat(directory, "/berthmaster/berthctl.yaml");
  std::error_code error;
  return !directory.empty() && std::filesystem::exists(path, error) ? path : "";
}

absl::StatusOr<std::string> UserName(const std::string& as, const Environment& environment) {
  if (!as.empty()) {
    if (IsUserName(as)) return as;
    return absl::InvalidArgumentError(absl::StrCat("--as '", as, "' is not a name: 1 to ",
                                                   kUserNameBytesMax, " letters, digits and ._@-"));
  }
  for (const char* variable : {"SUDO_USER", "USER"}) {
    const std::optional<std::string> name = environment(variable);
    if (name.has_value() && IsUserName(*name)) return *name;
  }
  return std::string();
}

}  // namespace berthmaster
