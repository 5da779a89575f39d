#ifndef BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_WATCH_H_
#define BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_WATCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/engine/engine_time.h"
#include "controller/model/rollout.h"
#include "controller/rollout/step.h"

namespace berthmaster {

// What was heard and seen of one rollout and its targets since their states began. Memory only:
// after a restart the rows and the next samples and replies give it again. One thread.
class RolloutWatch {
 public:
  // Brings the watch in step with the rollout: new targets, targets that are gone, new states.
  // Must be called whenever the row has changed, before anything else.
  void Sync(const Rollout& rollout, EngineTime time);

  // Places of the host's targets in the rollout.
  const std::vector<size_t>& TargetsOn(absl::string_view host_id) const;

  void OnSample(const Rollout& rollout, const std::string& host_id, const HostSample& sample,
                EngineTime time);
  void OnPushed(absl::string_view host_id);
  // `reply` holds what it says of this rollout.
  void OnReply(const Rollout& rollout, RolloutReply reply);
  // Whether each host has a session now.
  void TakePresence(absl::FunctionRef<bool(absl::string_view host_id)> attached, EngineTime time);

  std::vector<RolloutReply> TakeReplies();
  // One per target, in their order.
  std::vector<TargetView> Views(EngineTime time) const;

 private:
  struct TargetWatch {
    TargetState state = TargetState::kWaiting;
    absl::Duration state_since;
    absl::Duration netns_seen;
    absl::Duration detached_since;
    TargetView view;
  };
  using Key = std::tuple<std::string, uint64_t, uint64_t>;

  static TargetWatch MakeTarget(const RolloutTarget& target, EngineTime time);

  std::vector<Key> keys_;
  std::vector<TargetWatch> targets_;
  absl::flat_hash_map<std::string, std::vector<size_t>> by_host_;
  std::vector<RolloutReply> replies_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_ROLLOUT_WATCH_H_
