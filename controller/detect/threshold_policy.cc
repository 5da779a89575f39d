#include "controller/detect/threshold_policy.h"

#include <optional>
#include <utility>

#include "controller/detect/threshold_fields.h"

namespace berthmaster {

const Thresholds& ThresholdPolicy::For(absl::string_view host_id, const NetnsSample& netns,
                                       ThresholdChoice& choice) {
  if (rules_.empty()) return base_;
  if (choice.generation == generation_ && choice.netns_label == netns.label &&
      choice.labels == netns.labels) {
    return *choice.thresholds;
  }
  const LabelView view{netns.labels, host_id, netns.label, std::nullopt};
  std::vector<bool> selected;
  selected.reserve(rules_.size());
  for (const DetectionRule& rule : rules_) selected.push_back(Matches(rule.selector, view));
  choice = {generation_, netns.label, netns.labels, &Compiled(std::move(selected))};
  return *choice.thresholds;
}

const Thresholds& ThresholdPolicy::Compiled(std::vector<bool> selected) {
  std::unique_ptr<const Thresholds>& known = compiled_[selected];
  if (known != nullptr) return *known;
  auto thresholds = std::make_unique<Thresholds>(base_);
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (selected[i]) ApplyOverrides(rules_[i].overrides, *thresholds);
  }
  KeepOrder(*thresholds);
  known = std::move(thresholds);
  return *known;
}

}  // namespace berthmaster
