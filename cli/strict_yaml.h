#ifndef BERTHMASTER_CLI_STRICT_YAML_H_
#define BERTHMASTER_CLI_STRICT_YAML_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/lint/yaml_tree.h"

namespace berthmaster {

// No policy is as large: 100 rules of 30 lines.
inline constexpr size_t kPolicyFileBytesMax = 256 * 1024;

// A policy file, read strictly. Each error is INVALID_ARGUMENT, begins with "NAME:LINE: " and says
// what is allowed.
class StrictYaml {
 public:
  using Node = YamlTree::Node;
  using Labels = std::map<std::string, std::string>;

  // One document of at most kPolicyFileBytesMax.
  static absl::StatusOr<StrictYaml> Parse(absl::string_view name, absl::string_view content);

  const std::string& name() const { return name_; }
  const Node& root() const { return tree_.node(tree_.documents()[0]); }
  const Node& node(YamlTree::Index index) const { return tree_.node(index); }
  // The value of `key`; nothing where there is none.
  const Node* Find(const Node& map, absl::string_view key) const { return tree_.Find(map, key); }

  absl::Status Bad(int line, absl::string_view what) const;

  absl::Status CheckText(const Node& node, absl::string_view key) const;
  absl::Status CheckList(const Node& node, absl::string_view key) const;
  // A map whose keys are unique and, unless `allowed` is empty, among those.
  absl::Status CheckKeys(const Node& node, absl::string_view what,
                         const std::vector<absl::string_view>& allowed) const;

  // The text of a key that must be there: "the rule has no name".
  absl::StatusOr<std::string> RequireText(const Node& map, absl::string_view what,
                                          absl::string_view key) const;
  // The name of a rule or a freeze, which is unique: notes its line in `lines` under "rule 'NAME'",
  // which is how the server begins what it says of it.
  absl::StatusOr<std::string> RequireName(const Node& map, absl::string_view what,
                                          std::map<std::string, int>& lines) const;
  // The labels under the key selector; none without it.
  absl::StatusOr<Labels> ReadSelector(const Node& map) const;
  // A number with a unit.
  absl::StatusOr<absl::Duration> ReadDuration(const Node& node, absl::string_view key) const;

 private:
  StrictYaml(absl::string_view name, YamlTree tree) : name_(name), tree_(std::move(tree)) {}

  std::string name_;
  YamlTree tree_;
};

// "KEY: 'TEXT'", with what is not printable escaped.
std::string ShownValue(absl::string_view key, absl::string_view text);

// What the server says of a rule or a freeze, with file and line in front. `lines` are those of
// RequireName.
absl::Status WithPlace(absl::string_view name, const std::map<std::string, int>& lines,
                       const absl::Status& status);

// "selector:" with its labels, by name, indented by `indent`; empty without labels.
std::string SelectorYaml(const std::map<std::string, std::string>& selector,
                         absl::string_view indent);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_STRICT_YAML_H_
