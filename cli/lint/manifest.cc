#include "cli/lint/manifest.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/lint/yaml_tree.h"
#include "common/sysctl/setting_name.h"

namespace berthmaster {
namespace {

using Node = YamlTree::Node;
using Kind = YamlTree::Kind;

// Whether YAML takes a plain scalar for something else than a text.
bool IsTyped(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  double number = 0;
  return text.empty() || lower == "null" || lower == "~" || lower == "true" || lower == "false" ||
         absl::SimpleAtod(text, &number) || absl::StartsWith(lower, "0x");
}

class ManifestReader {
 public:
  ManifestReader(const YamlTree& tree, Manifest& manifest) : tree_(tree), manifest_(manifest) {}

  void ReadDocument(const Node& document) {
    const absl::string_view kind = tree_.TextOf(document, "kind");
    const Node* items = tree_.Find(document, "items");
    if (absl::EndsWith(kind, "List") && items != nullptr) {
      // A list in a list is none that Kubernetes takes; it is passed over.
      for (YamlTree::Index item : items->items) ReadObject(tree_.node(item));
    } else {
      ReadObject(document);
    }
  }

 private:
  void ReadObject(const Node& object) {
    if (manifest_.is_cut) return;
    const absl::string_view kind = tree_.TextOf(object, "kind");
    if (kind == "KubeletConfiguration") return ReadKubelet(object);
    const Node* spec = PodSpecOf(object, kind);
    if (spec == nullptr) return;
    const Node* metadata = tree_.Find(object, "metadata");
    PodSettings pod;
    pod.object = std::string(kind.substr(0, kNameBytesMax));
    if (metadata != nullptr) {
      absl::string_view name = tree_.TextOf(*metadata, "name");
      if (name.empty()) name = tree_.TextOf(*metadata, "generateName");
      absl::StrAppend(&pod.object, "/", name.substr(0, kNameBytesMax));
    }
    pod.has_host_network = tree_.TextOf(*spec, "hostNetwork") == "true";
    if (const Node* sysctls = tree_.FindPath(*spec, {"securityContext", "sysctls"});
        sysctls != nullptr) {
      ReadSysctls(*sysctls, pod);
    }
    if (!pod.sysctls.empty()) manifest_.pods.push_back(std::move(pod));
  }

  const Node* PodSpecOf(const Node& object, absl::string_view kind) const {
    if (kind == "Pod") return tree_.Find(object, "spec");
    if (kind == "PodTemplate") return tree_.FindPath(object, {"template", "spec"});
    if (kind == "CronJob") {
      return tree_.FindPath(object, {"spec", "jobTemplate", "spec", "template", "spec"});
    }
    return tree_.FindPath(object, {"spec", "template", "spec"});
  }

  void ReadSysctls(const Node& sysctls, PodSettings& pod) {
    if (sysctls.kind == Kind::kNull) return;
    if (sysctls.kind != Kind::kList) {
      manifest_.problems.emplace_back(
          sysctls.line, "sysctls is a list of name and value; Kubernetes refuses anything else.");
      return;
    }
    for (YamlTree::Index index : sysctls.items) {
      const Node& item = tree_.node(index);
      const Node* name = tree_.Find(item, "name");
      const Node* value = tree_.Find(item, "value");
      if (name == nullptr || value == nullptr) {
        manifest_.problems.emplace_back(
            item.line, "An entry of sysctls has a name and a value; Kubernetes refuses this one.");
        if (!Count()) return;
        continue;
      }
      ManifestSetting setting;
      setting.line = name->line;
      setting.name = DottedSysctlName(name->text);
      setting.value = value->text;
      setting.is_text = value->kind == Kind::kScalar && !(value->is_plain && IsTyped(value->text));
      if (!Count()) return;
      pod.sysctls.push_back(std::move(setting));
    }
  }

  void ReadKubelet(const Node& object) {
    const Node* allowed = tree_.Find(object, "allowedUnsafeSysctls");
    if (allowed == nullptr) return;
    for (YamlTree::Index index : allowed->items) {
      const Node& item = tree_.node(index);
      if (!Count()) return;
      ManifestSetting setting;
      setting.line = item.line;
      setting.name = DottedSysctlName(item.text);
      manifest_.allowed_unsafe_sysctls.push_back(std::move(setting));
    }
  }

  // Whether there is room for one entry more. An alias can name the same large list often.
  bool Count() {
    if (++count_ <= kManifestSettingsMax) return true;
    manifest_.is_cut = true;
    return false;
  }

  static constexpr size_t kNameBytesMax = 253;  // of Kubernetes

  const YamlTree& tree_;
  Manifest& manifest_;
  size_t count_ = 0;
};

}  // namespace

absl::StatusOr<Manifest> ParseManifest(absl::string_view content) {
  absl::StatusOr<YamlTree> tree = YamlTree::Parse(content);
  if (!tree.ok()) return tree.status();
  Manifest manifest;
  ManifestReader reader(*tree, manifest);
  for (YamlTree::Index document : tree->documents()) reader.ReadDocument(tree->node(document));
  return manifest;
}

}  // namespace berthmaster
