#include "common/config/key.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace berthmaster {

std::string EnvironmentName(absl::string_view key_name) {
  std::string name = absl::StrCat("BERTHMASTER_", absl::AsciiStrToUpper(key_name));
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

std::string FlagHelp(const ConfigKey& key) {
  std::string shown = absl::StrJoin(key.default_value, ", ");
  return absl::StrCat(key.help, " [default: ", shown.empty() ? "none" : shown,
                      "; environment: ", EnvironmentName(key.name), "]");
}

std::string ValueForm(const ConfigKey& key) {
  switch (key.kind) {
    case ConfigKind::kString:
    case ConfigKind::kStringList:
      return "TEXT";
    case ConfigKind::kInteger:
      return "NUMBER";
    case ConfigKind::kBoolean:
      return "true|false";
    case ConfigKind::kDuration:
      return "DURATION";
    case ConfigKind::kEndpoint:
    case ConfigKind::kListenEndpoint:
      return "HOST:PORT";
    case ConfigKind::kChoice:
      return absl::StrJoin(key.choices, "|");
  }
  return "TEXT";
}

}  // namespace berthmaster
