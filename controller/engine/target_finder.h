#ifndef BERTHMASTER_CONTROLLER_ENGINE_TARGET_FINDER_H_
#define BERTHMASTER_CONTROLLER_ENGINE_TARGET_FINDER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/engine/control_ledger.h"
#include "controller/engine/host_presence.h"
#include "controller/model/labels.h"
#include "controller/model/rollout.h"
#include "controller/recommend/wish.h"

namespace berthmaster {

// Why a namespace was left out is told for so many of them.
inline constexpr size_t kLeftOutTextsMax = 100;

// The namespaces that a change is for.
struct FoundTargets {
  // Those on attached hosts first, then by host and label; each WAITING.
  std::vector<RolloutTarget> targets;
  // "hosts/web-1 shop/api: it has the value already"
  std::vector<std::string> left_out;
  // What there is to say of the wanted values in all of them together, each once, errors first.
  std::vector<SettingAdvice> advice;
};

// Where values by sysctl name would go, by the newest samples. One thread.
class TargetFinder {
 public:
  // Both must outlive it.
  TargetFinder(const ControlLedger* ledger, const HostPresence* presence)
      : ledger_(ledger), presence_(presence) {}

  // Everything that `selector` matches now, at most kRolloutTargetsMax: RESOURCE_EXHAUSTED beyond.
  // `rollout_id`: what that rollout has already is no target again; empty for none.
  absl::StatusOr<FoundTargets> Find(const LabelSelector& selector,
                                    const std::map<std::string, std::string>& desired_values,
                                    absl::string_view rollout_id) const;

  // One namespace, that the selector matches, as a target. FAILED_PRECONDITION says why it is none:
  // the value is there already, the sysctl is not, the agent only observes, another rollout works
  // on it.
  absl::StatusOr<RolloutTarget> MakeTarget(const std::string& host_id, const NetnsSample& netns,
                                           const std::map<std::string, std::string>& desired_values,
                                           absl::string_view rollout_id) const;

  // The namespace in the newest sample; null when it is not there. Lives until the next sample.
  const NetnsSample* FindNetns(absl::string_view host_id, uint64_t netns_cookie) const;

  bool Matches(const LabelSelector& selector, const std::string& host_id,
               const NetnsSample& netns) const;

 private:
  const ControlLedger* ledger_;
  const HostPresence* presence_;
};

// Whether a rollout may put `change_count` sysctls of the namespace into the host's desired state:
// FAILED_PRECONDITION with AGENT_NOT_ENFORCING when the agent only observes, with
// ROLLOUT_IN_PROGRESS when another rollout than `rollout_id` is under way there;
// RESOURCE_EXHAUSTED when the host has as many changes as an agent takes.
absl::Status CheckPlace(const ControlLedger& ledger, absl::string_view host_id,
                        uint64_t netns_cookie, size_t change_count, absl::string_view rollout_id);

// The values that changes ask for, by name.
std::map<std::string, std::string> DesiredValuesOf(const std::vector<SysctlChange>& changes);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_TARGET_FINDER_H_
