#include "cli/policy_file.h"

#include <google/protobuf/descriptor.h>

#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "cli/lint/yaml_tree.h"
#include "common/config/yaml_file.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

using google::protobuf::FieldDescriptor;

// No policy is as large: 100 rules of 30 lines.
constexpr size_t kPolicyFileBytesMax = 256 * 1024;

const google::protobuf::Descriptor& Thresholds() { return *v1::ThresholdOverrides::descriptor(); }

std::vector<absl::string_view> ThresholdNames() {
  std::vector<absl::string_view> names;
  names.reserve(static_cast<size_t>(Thresholds().field_count()));
  for (int i = 0; i < Thresholds().field_count(); ++i) {
    names.emplace_back(Thresholds().field(i)->name());
  }
  return names;
}

std::string ValueText(const v1::ThresholdOverrides& overrides, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *overrides.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    return absl::StrCat(reflection.GetDouble(overrides, &field));
  }
  google::protobuf::Duration duration;
  duration.CopyFrom(reflection.GetMessage(overrides, &field));
  absl::StatusOr<absl::Duration> plain = FromProto(duration, field.name());
  return plain.ok() ? absl::FormatDuration(*plain) : "?";
}

// Walks the tree once.
class PolicyReader {
 public:
  PolicyReader(absl::string_view name, const YamlTree& tree) : tree_(tree) {
    file_.name = std::string(name);
  }

  absl::StatusOr<PolicyFile> Read() {
    if (tree_.documents().size() != 1) {
      return Bad(1, "write one document, with the key rules");
    }
    const Node& root = tree_.node(tree_.documents()[0]);
    BERTHMASTER_RETURN_IF_ERROR(CheckKeys(root, "the policy", {"etag", "rules"}));
    if (const Node* etag = tree_.Find(root, "etag"); etag != nullptr) {
      BERTHMASTER_RETURN_IF_ERROR(CheckText(*etag, "etag"));
      file_.policy.set_etag(etag->text);
    }
    const Node* rules = tree_.Find(root, "rules");
    if (rules == nullptr) return Bad(root.line, "the key rules is missing; without rules write []");
    if (rules->kind != YamlTree::Kind::kList) {
      return Bad(rules->line, "rules is not a list; write [] or lines that begin with -");
    }
    for (YamlTree::Index index : rules->items) {
      BERTHMASTER_RETURN_IF_ERROR(ReadRule(tree_.node(index)));
    }
    return std::move(file_);
  }

 private:
  using Node = YamlTree::Node;

  absl::Status Bad(int line, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file_.name, ":", line, ": ", what));
  }

  absl::Status CheckText(const Node& node, absl::string_view key) const {
    if (node.kind == YamlTree::Kind::kScalar) return absl::OkStatus();
    return Bad(node.line, absl::StrCat(key, " is not a text; write it in one line"));
  }

  // Whether `node` is a map whose keys are unique and, unless `allowed` is empty, among those.
  absl::Status CheckKeys(const Node& node, absl::string_view what,
                         const std::vector<absl::string_view>& allowed) const {
    if (node.kind != YamlTree::Kind::kMap) {
      return Bad(node.line,
                 absl::StrCat(what, " is not a map; write lines of the form key: value"));
    }
    std::set<absl::string_view> seen;
    for (const auto& [key, index] : node.entries) {
      const int line = tree_.node(index).line;
      const std::string shown = absl::Utf8SafeCEscape(key);
      if (!seen.insert(key).second) return Bad(line, absl::StrCat(shown, " is given twice"));
      bool known = allowed.empty();
      for (absl::string_view name : allowed) known = known || name == key;
      if (known) continue;
      return Bad(line, absl::StrCat(shown, " is not a key of ", what, "; there are ",
                                    absl::StrJoin(allowed, ", ")));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRule(const Node& node) {
    BERTHMASTER_RETURN_IF_ERROR(CheckKeys(node, "a rule", {"name", "selector", "thresholds"}));
    v1::DetectionRule& rule = *file_.policy.add_rules();
    const Node* name = tree_.Find(node, "name");
    if (name == nullptr) return Bad(node.line, "the rule has no name");
    BERTHMASTER_RETURN_IF_ERROR(CheckText(*name, "name"));
    rule.set_name(name->text);
    if (!file_.rule_lines.emplace(name->text, node.line).second) {
      return Bad(node.line, absl::StrCat("the rule '", absl::Utf8SafeCEscape(name->text),
                                         "' is there twice; a rule has a name of its own"));
    }
    if (const Node* selector = tree_.Find(node, "selector"); selector != nullptr) {
      BERTHMASTER_RETURN_IF_ERROR(CheckKeys(*selector, "selector", {}));
      for (const auto& [label, index] : selector->entries) {
        BERTHMASTER_RETURN_IF_ERROR(CheckText(tree_.node(index), label));
        (*rule.mutable_selector())[label] = tree_.node(index).text;
      }
    }
    const Node* thresholds = tree_.Find(node, "thresholds");
    if (thresholds == nullptr) {
      return Bad(node.line, absl::StrCat("the rule sets no thresholds; there are ",
                                         absl::StrJoin(ThresholdNames(), ", ")));
    }
    BERTHMASTER_RETURN_IF_ERROR(CheckKeys(*thresholds, "thresholds", ThresholdNames()));
    for (const auto& [key, index] : thresholds->entries) {
      BERTHMASTER_RETURN_IF_ERROR(
          ReadThreshold(key, tree_.node(index), *rule.mutable_thresholds()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadThreshold(const std::string& key, const Node& node,
                             v1::ThresholdOverrides& overrides) const {
    const FieldDescriptor& field = *Thresholds().FindFieldByName(key);
    const google::protobuf::Reflection& reflection = *overrides.GetReflection();
    BERTHMASTER_RETURN_IF_ERROR(CheckText(node, key));
    const std::string shown = absl::StrCat(key, ": '", absl::Utf8SafeCEscape(node.text), "'");
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      double share = 0;
      if (!absl::SimpleAtod(node.text, &share)) {
        return Bad(node.line,
                   absl::StrCat(shown, " is not a share of the capacity, such as 0.9 for 90 %"));
      }
      reflection.SetDouble(&overrides, &field, share);
      return absl::OkStatus();
    }
    absl::Duration duration;
    if (!absl::ParseDuration(node.text, &duration)) {
      return Bad(node.line, absl::StrCat(shown,
                                         " is not a time; write a number with a unit, such "
                                         "as 30s, 2m or 1h"));
    }
    reflection.MutableMessage(&overrides, &field)->CopyFrom(ToProto(duration));
    return absl::OkStatus();
  }

  const YamlTree& tree_;
  PolicyFile file_;
};

}  // namespace

absl::Status PolicyFile::WithPlace(const absl::Status& status) const {
  for (const auto& [rule, line] : rule_lines) {
    if (absl::StartsWith(status.message(),
                         absl::StrCat("rule '", absl::Utf8SafeCEscape(rule), "'"))) {
      return Annotate(status, absl::StrCat(name, ":", line));
    }
  }
  return status;
}

absl::StatusOr<PolicyFile> ParsePolicyFile(absl::string_view name, absl::string_view content) {
  if (content.size() > kPolicyFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(name, " has ", content.size(), " bytes; ",
                                                   kPolicyFileBytesMax, " are allowed"));
  }
  absl::StatusOr<YamlTree> tree = YamlTree::Parse(content);
  if (!tree.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", tree.status().message()));
  }
  return PolicyReader(name, *tree).Read();
}

std::string PolicyFileText(const v1::GetDetectionPolicyResponse& response) {
  std::string text = "# Thresholds that a rule may set:\n";
  for (int i = 0; i < Thresholds().field_count(); ++i) {
    const FieldDescriptor& field = *Thresholds().field(i);
    absl::StrAppend(&text, "#   ", field.name(), ": ", ValueText(response.defaults(), field),
                    " by default, ", ValueText(response.least(), field), " to ",
                    ValueText(response.largest(), field), "\n");
  }
  const v1::DetectionPolicy& policy = response.policy();
  absl::StrAppend(&text, "etag: ", QuoteYaml(policy.etag()), "\n");
  absl::StrAppend(&text, policy.rules().empty() ? "rules: []\n" : "rules:\n");
  for (const v1::DetectionRule& rule : policy.rules()) {
    absl::StrAppend(&text, "  - name: ", QuoteYaml(rule.name()), "\n");
    const std::map<std::string, std::string> selector(rule.selector().begin(),
                                                      rule.selector().end());
    if (!selector.empty()) absl::StrAppend(&text, "    selector:\n");
    for (const auto& [label, value] : selector) {
      absl::StrAppend(&text, "      ", QuoteYaml(label), ": ", QuoteYaml(value), "\n");
    }
    absl::StrAppend(&text, "    thresholds:\n");
    for (int i = 0; i < Thresholds().field_count(); ++i) {
      const FieldDescriptor& field = *Thresholds().field(i);
      if (!rule.thresholds().GetReflection()->HasField(rule.thresholds(), &field)) continue;
      absl::StrAppend(&text, "      ", field.name(), ": ", ValueText(rule.thresholds(), field),
                      "\n");
    }
  }
  return text;
}

}  // namespace berthmaster
