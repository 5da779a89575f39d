#include "cli/strict_yaml.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/yaml_file.h"
#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<StrictYaml> StrictYaml::Parse(absl::string_view name, absl::string_view content) {
  if (content.size() > kPolicyFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(name, " has ", content.size(), " bytes; ",
                                                   kPolicyFileBytesMax, " are allowed"));
  }
  absl::StatusOr<YamlTree> tree = YamlTree::Parse(content);
  if (!tree.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", tree.status().message()));
  }
  StrictYaml yaml(name, *std::move(tree));
  if (yaml.tree_.documents().size() != 1) {
    return yaml.Bad(1, "write one document, with the key rules");
  }
  return yaml;
}

absl::Status StrictYaml::Bad(int line, absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(name_, ":", line, ": ", what));
}

absl::Status StrictYaml::CheckText(const Node& node, absl::string_view key) const {
  if (node.kind == YamlTree::Kind::kScalar) return absl::OkStatus();
  return Bad(node.line, absl::StrCat(key, " is not a text; write it in one line"));
}

absl::Status StrictYaml::CheckList(const Node& node, absl::string_view key) const {
  if (node.kind == YamlTree::Kind::kList) return absl::OkStatus();
  return Bad(node.line, absl::StrCat(key, " is not a list; write [] or lines that begin with -"));
}

absl::Status StrictYaml::CheckKeys(const Node& node, absl::string_view what,
                                   const std::vector<absl::string_view>& allowed) const {
  if (node.kind != YamlTree::Kind::kMap) {
    return Bad(node.line, absl::StrCat(what, " is not a map; write lines of the form key: value"));
  }
  std::set<absl::string_view> seen;
  for (const auto& [key, index] : node.entries) {
    const int line = tree_.node(index).line;
    const std::string shown = absl::Utf8SafeCEscape(key);
    if (!seen.insert(key).second) return Bad(line, absl::StrCat(shown, " is given twice"));
    const bool is_known =
        allowed.empty() || std::find(allowed.begin(), allowed.end(), key) != allowed.end();
    if (is_known) continue;
    return Bad(line, absl::StrCat(shown, " is not a key of ", what, "; there are ",
                                  absl::StrJoin(allowed, ", ")));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> StrictYaml::RequireText(const Node& map, absl::string_view what,
                                                    absl::string_view key) const {
  const Node* value = Find(map, key);
  if (value == nullptr) return Bad(map.line, absl::StrCat("the ", what, " has no ", key));
  BERTHMASTER_RETURN_IF_ERROR(CheckText(*value, key));
  return value->text;
}

absl::StatusOr<std::string> StrictYaml::RequireName(const Node& map, absl::string_view what,
                                                    std::map<std::string, int>& lines) const {
  BERTHMASTER_ASSIGN_OR_RETURN(std::string name, RequireText(map, what, "name"));
  const std::string shown = absl::StrCat(what, " '", absl::Utf8SafeCEscape(name), "'");
  if (!lines.emplace(shown, map.line).second) {
    return Bad(map.line,
               absl::StrCat("the ", shown, " is there twice; a ", what, " has a name of its own"));
  }
  return name;
}

absl::StatusOr<StrictYaml::Labels> StrictYaml::ReadSelector(const Node& map) const {
  Labels labels;
  const Node* selector = Find(map, "selector");
  if (selector == nullptr) return labels;
  BERTHMASTER_RETURN_IF_ERROR(CheckKeys(*selector, "selector", {}));
  for (const auto& [label, index] : selector->entries) {
    BERTHMASTER_RETURN_IF_ERROR(CheckText(tree_.node(index), label));
    labels[label] = tree_.node(index).text;
  }
  return labels;
}

absl::StatusOr<absl::Duration> StrictYaml::ReadDuration(const Node& node,
                                                        absl::string_view key) const {
  BERTHMASTER_RETURN_IF_ERROR(CheckText(node, key));
  absl::Duration duration;
  if (absl::ParseDuration(node.text, &duration)) return duration;
  return Bad(node.line, absl::StrCat(ShownValue(key, node.text),
                                     " is not a time; write a number with a unit, such as 30s, "
                                     "2m or 1h"));
}

std::string ShownValue(absl::string_view key, absl::string_view text) {
  return absl::StrCat(key, ": '", absl::Utf8SafeCEscape(text), "'");
}

absl::Status WithPlace(absl::string_view name, const std::map<std::string, int>& lines,
                       const absl::Status& status) {
  for (const auto& [shown, line] : lines) {
    if (absl::StartsWith(status.message(), shown)) {
      return Annotate(status, absl::StrCat(name, ":", line));
    }
  }
  return status;
}

std::string SelectorYaml(const std::map<std::string, std::string>& selector,
                         absl::string_view indent) {
  if (selector.empty()) return "";
  std::string text = absl::StrCat(indent, "selector:\n");
  for (const auto& [label, value] : selector) {
    absl::StrAppend(&text, indent, "  ", QuoteYaml(label), ": ", QuoteYaml(value), "\n");
  }
  return text;
}

}  // namespace berthmaster
