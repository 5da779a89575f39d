#ifndef BERTHMASTER_CONTROLLER_MODEL_LABELS_H_
#define BERTHMASTER_CONTROLLER_MODEL_LABELS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/model/incident.h"

namespace berthmaster {

// What a selector is held against: where a pool is, and why it is in trouble. Refers to what it was
// made of.
struct LabelView {
  // The labels that the agent gives a network namespace.
  const Labels& netns_labels;
  // Selectable as "host", "netns" and "workload" (WorkloadOf), whatever the agent's labels of these
  // names say.
  absl::string_view host_id;
  absl::string_view netns_label;
  // Selectable as "cause", by CauseWord; nothing where it is not known, which no selector matches.
  std::optional<IncidentCause> cause;
};

// More terms than there are labels say nothing; a name is a word.
inline constexpr int kSelectorTermsMax = 16;
inline constexpr size_t kLabelNameBytesMax = 128;

// Labels by their values. All of them must hold; an empty one matches everything.
using LabelSelector = Labels;

bool Matches(const LabelSelector& selector, const LabelView& view);

// The bounds of a selector from outside; whether it may name a cause or a destination depends on
// what it is for.
// INVALID_ARGUMENT begins with `field` and says what is allowed.
enum class SelectorUse { kIncidents, kNamespaces, kTargets };
absl::Status CheckSelector(absl::string_view field, const LabelSelector& selector, SelectorUse use);

// "pod=a,unit=b.service", for people and for the store; "\" keeps a comma, an equals sign and
// itself in a name or a value. Parsing gives back any labels: INVALID_ARGUMENT for other texts.
std::string LabelsText(const Labels& labels);
absl::StatusOr<Labels> ParseLabelsText(absl::string_view text);

// The cause in a selector: the contract's name in lower case, "time_wait_churn".
absl::string_view CauseWord(IncidentCause cause);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_LABELS_H_
