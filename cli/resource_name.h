#ifndef BERTHMASTER_CLI_RESOURCE_NAME_H_
#define BERTHMASTER_CLI_RESOURCE_NAME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

enum class ResourceKind {
  kHost,
  kNamespace,
  kPool,
  kIncident,
  kRecommendation,
  kRollout,
  kSilence
};

// A resource as a person names it.
struct ResourceRef {
  ResourceKind kind = ResourceKind::kHost;
  // The full name that the API takes.
  std::string name;
};

// "incident", "incidents", "inc", ...; "ns", "netns" and "namespaces" are one kind.
// INVALID_ARGUMENT lists the kinds.
absl::StatusOr<ResourceKind> ParseResourceKind(absl::string_view word);

// The plural that `get` takes and that a list response has as its field: "namespaces".
absl::string_view CollectionOf(ResourceKind kind);

// A full name by its form ("hosts/a/netns/1/pools/x" is a pool), or a kind and an id: "rollout/x"
// is "rollouts/x". INVALID_ARGUMENT when it has the form of none.
absl::StatusOr<ResourceRef> ParseResourceName(absl::string_view name);

// A name of a kind that is known already: a full name of that kind, or just its last part where
// that is enough ("01h2…" for incidents, recommendations, rollouts and hosts).
absl::StatusOr<ResourceRef> ParseResourceNameOf(ResourceKind kind, absl::string_view name);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_RESOURCE_NAME_H_
