#include "cli/policy_file.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "cli/strict_yaml.h"
#include "common/config/yaml_file.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

using google::protobuf::FieldDescriptor;

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
  explicit PolicyReader(const StrictYaml& yaml) : yaml_(yaml) { file_.name = yaml.name(); }

  absl::StatusOr<PolicyFile> Read() {
    const Node& root = yaml_.root();
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckKeys(root, "the policy", {"etag", "rules"}));
    if (const Node* etag = yaml_.Find(root, "etag"); etag != nullptr) {
      BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckText(*etag, "etag"));
      file_.policy.set_etag(etag->text);
    }
    const Node* rules = yaml_.Find(root, "rules");
    if (rules == nullptr) {
      return yaml_.Bad(root.line, "the key rules is missing; without rules write []");
    }
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckList(*rules, "rules"));
    for (YamlTree::Index index : rules->items) {
      BERTHMASTER_RETURN_IF_ERROR(ReadRule(yaml_.node(index)));
    }
    return std::move(file_);
  }

 private:
  using Node = StrictYaml::Node;

  absl::Status ReadRule(const Node& node) {
    BERTHMASTER_RETURN_IF_ERROR(
        yaml_.CheckKeys(node, "a rule", {"name", "selector", "thresholds"}));
    v1::DetectionRule& rule = *file_.policy.add_rules();
    BERTHMASTER_ASSIGN_OR_RETURN(*rule.mutable_name(),
                                 yaml_.RequireName(node, "rule", file_.lines));
    BERTHMASTER_ASSIGN_OR_RETURN(const auto selector, yaml_.ReadSelector(node));
    rule.mutable_selector()->insert(selector.begin(), selector.end());
    const Node* thresholds = yaml_.Find(node, "thresholds");
    if (thresholds == nullptr) {
      return yaml_.Bad(node.line, absl::StrCat("the rule sets no thresholds; there are ",
                                               absl::StrJoin(ThresholdNames(), ", ")));
    }
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckKeys(*thresholds, "thresholds", ThresholdNames()));
    for (const auto& [key, index] : thresholds->entries) {
      BERTHMASTER_RETURN_IF_ERROR(
          ReadThreshold(key, yaml_.node(index), *rule.mutable_thresholds()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadThreshold(const std::string& key, const Node& node,
                             v1::ThresholdOverrides& overrides) const {
    const FieldDescriptor& field = *Thresholds().FindFieldByName(key);
    const google::protobuf::Reflection& reflection = *overrides.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckText(node, key));
      double share = 0;
      if (!absl::SimpleAtod(node.text, &share)) {
        return yaml_.Bad(node.line,
                         absl::StrCat(ShownValue(key, node.text),
                                      " is not a share of the capacity, such as 0.9 for 90 %"));
      }
      reflection.SetDouble(&overrides, &field, share);
      return absl::OkStatus();
    }
    BERTHMASTER_ASSIGN_OR_RETURN(const absl::Duration duration, yaml_.ReadDuration(node, key));
    reflection.MutableMessage(&overrides, &field)->CopyFrom(ToProto(duration));
    return absl::OkStatus();
  }

  const StrictYaml& yaml_;
  PolicyFile file_;
};

}  // namespace

absl::Status PolicyFile::WithPlace(const absl::Status& status) const {
  return berthmaster::WithPlace(name, lines, status);
}

absl::StatusOr<PolicyFile> ParsePolicyFile(absl::string_view name, absl::string_view content) {
  BERTHMASTER_ASSIGN_OR_RETURN(const StrictYaml yaml, StrictYaml::Parse(name, content));
  return PolicyReader(yaml).Read();
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
    absl::StrAppend(&text, SelectorYaml({rule.selector().begin(), rule.selector().end()}, "    "));
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
