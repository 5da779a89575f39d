#ifndef BERTHMASTER_CONTROLLER_DETECT_THRESHOLD_POLICY_H_
#define BERTHMASTER_CONTROLLER_DETECT_THRESHOLD_POLICY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/detect/thresholds.h"
#include "controller/model/detection_policy.h"

namespace berthmaster {

// What was chosen for one namespace, kept with it, so that it is chosen again only when its labels
// or the policy changed.
struct ThresholdChoice {
  // Of the policy that chose; -1 is none.
  int64_t generation = -1;
  std::string netns_label;
  Labels labels;
  const Thresholds* thresholds = nullptr;
};

// The thresholds of each namespace: the base, with every rule that selects it applied in order.
// Namespaces that the same rules select share one set of them. One thread.
class ThresholdPolicy {
 public:
  // `generation` tells it from the policies before. `rules` were checked.
  ThresholdPolicy(const Thresholds& base, std::vector<DetectionRule> rules, int64_t generation)
      : base_(base), rules_(std::move(rules)), generation_(generation) {}
  // Thresholds are handed out by reference.
  ThresholdPolicy(const ThresholdPolicy&) = delete;
  ThresholdPolicy& operator=(const ThresholdPolicy&) = delete;

  // Good for as long as this is. `choice` is that of the namespace.
  const Thresholds& For(absl::string_view host_id, const NetnsSample& netns,
                        ThresholdChoice& choice);

  int64_t generation() const { return generation_; }
  // As without any rule.
  const Thresholds& base() const { return base_; }

 private:
  const Thresholds& Compiled(std::vector<bool> selected);

  Thresholds base_;
  std::vector<DetectionRule> rules_;
  int64_t generation_;
  // By which of the rules select. At most as many as there are namespaces.
  std::map<std::vector<bool>, std::unique_ptr<const Thresholds>> compiled_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_THRESHOLD_POLICY_H_
