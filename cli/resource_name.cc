#include "cli/resource_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace berthmaster {
namespace {

struct KindWords {
  ResourceKind kind;
  absl::string_view plural;
  std::vector<absl::string_view> others;
};

const std::vector<KindWords>& Kinds() {
  static const auto* kinds = new std::vector<KindWords>{
      {ResourceKind::kHost, "hosts", {"host"}},
      {ResourceKind::kNamespace, "namespaces", {"namespace", "netns", "ns"}},
      {ResourceKind::kPool, "pools", {"pool"}},
      {ResourceKind::kIncident, "incidents", {"incident", "inc"}},
      {ResourceKind::kRecommendation, "recommendations", {"recommendation", "rec"}},
      {ResourceKind::kRollout, "rollouts", {"rollout"}},
      {ResourceKind::kSilence, "silences", {"silence"}},
  };
  return *kinds;
}

}  // namespace

absl::StatusOr<ResourceKind> ParseResourceKind(absl::string_view word) {
  for (const KindWords& words : Kinds()) {
    if (word == words.plural) return words.kind;
    for (absl::string_view other : words.others) {
      if (word == other) return words.kind;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", word,
                   "' is not a kind of resource; use hosts, namespaces, pools, incidents, "
                   "recommendations, rollouts or silences"));
}

absl::string_view CollectionOf(ResourceKind kind) {
  for (const KindWords& words : Kinds()) {
    if (words.kind == kind) return words.plural;
  }
  return "";
}

absl::StatusOr<ResourceRef> ParseResourceName(absl::string_view name) {
  std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  // "rollout/01kb…", as one says it.
  if (parts.size() == 2 && !parts[1].empty()) {
    const absl::StatusOr<ResourceKind> kind = ParseResourceKind(parts[0]);
    if (kind.ok() && *kind != ResourceKind::kNamespace && *kind != ResourceKind::kPool) {
      return ResourceRef{*kind, absl::StrCat(CollectionOf(*kind), "/", parts[1])};
    }
  }
  auto has = [&parts](size_t count, absl::string_view first) {
    return parts.size() == count && parts[0] == first && !parts.back().empty();
  };
  std::string full(name);
  if (has(4, "hosts") && parts[2] == "netns") return ResourceRef{ResourceKind::kNamespace, full};
  if (has(6, "hosts") && parts[4] == "pools") return ResourceRef{ResourceKind::kPool, full};
  return absl::InvalidArgumentError(
      absl::StrCat("'", name, "' is not a resource name; copy one from `berthctl get … -o name`"));
}

absl::StatusOr<ResourceRef> ParseResourceNameOf(ResourceKind kind, absl::string_view name) {
  bool short_form = kind != ResourceKind::kNamespace && kind != ResourceKind::kPool &&
                    name.find('/') == absl::string_view::npos && !name.empty();
  if (short_form) return ResourceRef{kind, absl::StrCat(CollectionOf(kind), "/", name)};
  absl::StatusOr<ResourceRef> parsed = ParseResourceName(name);
  if (parsed.ok() && parsed->kind != kind) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", name, "' is one of ", CollectionOf(parsed->kind), ", not of ", CollectionOf(kind)));
  }
  return parsed;
}

}  // namespace berthmaster
