#include "cli/lint/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace berthmaster {

// Takes the parser's events, so that what is too large is refused before it costs memory. It
// refuses by throwing yaml-cpp's own exception, which YamlTree::Parse catches.
class YamlTreeBuilder final : public YAML::EventHandler {
 public:
  explicit YamlTreeBuilder(YamlTree& tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark&) override {
    anchors_.clear();
    open_.clear();
    is_root_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place(Add(mark, YamlTree::Kind::kNull, anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (++alias_count_ > kYamlAliasesMax) {
      throw YAML::ParserException(mark, absl::StrCat("more than ", kYamlAliasesMax, " aliases"));
    }
    auto named = anchors_.find(anchor);
    if (named == anchors_.end()) throw YAML::ParserException(mark, "an alias without an anchor");
    Place(named->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const YamlTree::Index index = Add(mark, YamlTree::Kind::kScalar, anchor);
    tree_.nodes_[index].text = value;
    // yaml-cpp gives "?" to a plain value, "!" to a quoted one.
    tree_.nodes_[index].is_plain = tag == "?";
    Place(index);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, YamlTree::Kind::kList, anchor);
  }
  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, YamlTree::Kind::kMap, anchor);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // A list or a map that has not ended.
  struct Level {
    YamlTree::Index index = 0;
    bool has_key = false;
    // Nothing when the key is no text.
    std::string key;
    bool is_text_key = false;
  };

  YamlTree::Index Add(const YAML::Mark& mark, YamlTree::Kind kind, YAML::anchor_t anchor) {
    if (tree_.nodes_.size() >= kYamlNodesMax) {
      throw YAML::ParserException(mark, absl::StrCat("more than ", kYamlNodesMax, " values"));
    }
    const YamlTree::Index index = tree_.nodes_.size();
    tree_.nodes_.push_back({.kind = kind,
                            .line = mark.line + 1,
                            .text = {},
                            .is_plain = false,
                            .items = {},
                            .entries = {}});
    if (anchor != YAML::NullAnchor) anchors_[anchor] = index;
    return index;
  }

  void Open(const YAML::Mark& mark, YamlTree::Kind kind, YAML::anchor_t anchor) {
    if (open_.size() >= static_cast<size_t>(kYamlDepthMax)) {
      throw YAML::ParserException(mark, absl::StrCat("deeper than ", kYamlDepthMax, " levels"));
    }
    const YamlTree::Index index = Add(mark, kind, anchor);
    Place(index);
    Level level;
    level.index = index;
    open_.push_back(std::move(level));
  }

  // Puts a node where the parser stands.
  void Place(YamlTree::Index index) {
    if (open_.empty()) {
      if (std::exchange(is_root_, false)) tree_.documents_.push_back(index);
      return;
    }
    Level& level = open_.back();
    YamlTree::Node& parent = tree_.nodes_[level.index];
    if (parent.kind == YamlTree::Kind::kList) {
      parent.items.push_back(index);
    } else if (!level.has_key) {
      const YamlTree::Node& key = tree_.nodes_[index];
      level.has_key = true;
      level.is_text_key = key.kind == YamlTree::Kind::kScalar;
      level.key = key.text;
    } else {
      if (parent.entries.size() >= kYamlMapEntriesMax) {
        YAML::Mark mark;
        mark.line = tree_.nodes_[index].line - 1;
        throw YAML::ParserException(
            mark, absl::StrCat("a map of more than ", kYamlMapEntriesMax, " keys"));
      }
      if (level.is_text_key) parent.entries.emplace_back(std::move(level.key), index);
      level.has_key = false;
      level.key.clear();
    }
  }

  YamlTree& tree_;
  std::map<YAML::anchor_t, YamlTree::Index> anchors_;
  std::vector<Level> open_;
  bool is_root_ = true;
  int alias_count_ = 0;
};

absl::StatusOr<YamlTree> YamlTree::Parse(absl::string_view content) {
  absl::ConsumePrefix(&content, "\xef\xbb\xbf");
  // yaml-cpp would take it for another encoding.
  if (content.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError("1: it is not UTF-8 text");
  }
  YamlTree tree;
  YamlTreeBuilder builder(tree);
  try {
    std::istringstream stream{std::string(content)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(error.mark.line + 1, ": ", absl::Utf8SafeCEscape(error.msg)));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("1: ", absl::Utf8SafeCEscape(error.what())));
  }
  return tree;
}

const YamlTree::Node* YamlTree::Find(const Node& map, absl::string_view key) const {
  auto found = std::find_if(map.entries.begin(), map.entries.end(),
                            [key](const auto& entry) { return entry.first == key; });
  return found == map.entries.end() ? nullptr : &nodes_[found->second];
}

const YamlTree::Node* YamlTree::FindPath(const Node& map,
                                         const std::vector<absl::string_view>& path) const {
  const Node* node = &map;
  for (absl::string_view key : path) {
    node = Find(*node, key);
    if (node == nullptr) return nullptr;
  }
  return node;
}

absl::string_view YamlTree::TextOf(const Node& map, absl::string_view key) const {
  const Node* value = Find(map, key);
  return value == nullptr ? absl::string_view() : absl::string_view(value->text);
}

}  // namespace berthmaster
