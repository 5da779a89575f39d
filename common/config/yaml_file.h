#ifndef BERTHMASTER_COMMON_CONFIG_YAML_FILE_H_
#define BERTHMASTER_COMMON_CONFIG_YAML_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// A larger file is no configuration.
inline constexpr size_t kConfigFileBytesMax = 1024 * 1024;
// A file with more keys than any binary has is refused before the rest of it is read.
inline constexpr size_t kConfigFileKeysMax = 1000;

// One `key: value` of a file.
struct YamlEntry {
  std::string key;
  // One text, or the texts of a list.
  std::vector<std::string> texts;
  bool is_list = false;
  // From 1.
  int line = 0;
};

// Reads the YAML that a configuration may be made of: one document, a map from unique names to
// texts or lists of texts. Anchors, aliases and tags are refused, and so is anything deeper.
// INVALID_ARGUMENT begins with "NAME:LINE: ".
absl::StatusOr<std::vector<YamlEntry>> ParseConfigYaml(absl::string_view name,
                                                       absl::string_view content);

// The text in double quotes, as a YAML file would hold it.
std::string QuoteYaml(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_CONFIG_YAML_FILE_H_
