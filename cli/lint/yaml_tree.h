#ifndef BERTHMASTER_CLI_LINT_YAML_TREE_H_
#define BERTHMASTER_CLI_LINT_YAML_TREE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Kubernetes takes no deeper or larger object than this, by far.
inline constexpr int kYamlDepthMax = 64;
inline constexpr size_t kYamlNodesMax = 200000;
inline constexpr size_t kYamlMapEntriesMax = 10000;
// One node can be named often, and is then walked often.
inline constexpr int kYamlAliasesMax = 1000;

// The documents of a YAML or JSON file, each value with its line. An alias is the node it names, so
// that nothing is copied; who walks bounds his own steps.
class YamlTree {
 public:
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };
  using Index = size_t;

  struct Node {
    Kind kind = Kind::kNull;
    // From 1.
    int line = 0;
    // Of kScalar; `is_plain` when it stands without quotes.
    std::string text;
    bool is_plain = false;
    // Of kList.
    std::vector<Index> items;
    // Of kMap, in the order of the file; keys that are no text are left out.
    std::vector<std::pair<std::string, Index>> entries;
  };

  // INVALID_ARGUMENT begins with "LINE: ": not YAML, or beyond the bounds.
  static absl::StatusOr<YamlTree> Parse(absl::string_view content);

  const std::vector<Index>& documents() const { return documents_; }
  const Node& node(Index index) const { return nodes_[index]; }
  // The value of `key`; nothing for a node that is no map or does not have it.
  const Node* Find(const Node& map, absl::string_view key) const;
  // Find by find along `path`.
  const Node* FindPath(const Node& map, const std::vector<absl::string_view>& path) const;
  // The text of `key`, empty where there is none.
  absl::string_view TextOf(const Node& map, absl::string_view key) const;

 private:
  friend class YamlTreeBuilder;
  std::vector<Node> nodes_;
  std::vector<Index> documents_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_LINT_YAML_TREE_H_
