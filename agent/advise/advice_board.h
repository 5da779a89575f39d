#ifndef BERTHMASTER_AGENT_ADVISE_ADVICE_BOARD_H_
#define BERTHMASTER_AGENT_ADVISE_ADVICE_BOARD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/protocol/advice.h"

namespace berthmaster {

// Watchers at one time: more than a host has applications that would; each costs a call of gRPC.
inline constexpr size_t kAdviceFollowersMax = 256;

// All that is published, in the order of the workloads' names. Never changes once it is made.
using PublishedAdvice = std::vector<WorkloadAdvice>;

// Which advice somebody wants to see; all when nothing is given.
struct AdviceFilter {
  std::optional<std::string> workload;
  std::optional<uint64_t> netns_cookie;

  bool Matches(const DesiredAdvice& advice) const;
};

// The part of `published` that matches; workloads without any are left out.
PublishedAdvice Filtered(const PublishedAdvice& published, const AdviceFilter& filter);

// Somebody who watches. Called by the agent's loop; must not block.
class AdviceFollower {
 public:
  virtual ~AdviceFollower() = default;
  // Something was posted; Latest() has it.
  virtual void Notify() = 0;
  // Time passes, about once a second: for a follower to see that it is too slow.
  virtual void Advance(absl::Duration now) = 0;
};

// An acknowledgement: which advice, and what the application said.
struct AdviceAcknowledgement {
  std::string rollout;
  std::string workload;
  // Nothing for every namespace of the workload.
  std::optional<uint64_t> netns_cookie;
  std::string text;
};

// Between the agent's loop, which posts what is published, and the threads that serve it to
// applications, which leave here who follows and what they acknowledge. Any thread.
class AdviceBoard {
 public:
  // Replaces what is published and tells the followers; acknowledgements of what is gone are
  // forgotten.
  void Post(PublishedAdvice published);
  // Never null; empty until the first post.
  std::shared_ptr<const PublishedAdvice> Latest() const;

  // From now on `follower` hears of every post; the caller looks at Latest() after this.
  // RESOURCE_EXHAUSTED when there are kAdviceFollowersMax.
  absl::Status Follow(std::shared_ptr<AdviceFollower> follower, AdviceFilter filter);
  // A call of it may still be running. Fine when it does not follow.
  void Unfollow(const AdviceFollower* follower);
  void Advance(absl::Duration now);

  // INVALID_ARGUMENT for a text of more than kAcknowledgementBytesMax or with control characters,
  // NOT_FOUND when nothing published is meant by it.
  absl::Status Acknowledge(const AdviceAcknowledgement& acknowledgement);

  int CountFollowers(const DesiredAdvice& advice) const;
  // What was said of it last; nothing when it was not acknowledged.
  std::optional<std::string> AcknowledgementOf(const DesiredAdvice& advice) const;
  // Rises when anybody comes, goes or acknowledges.
  uint64_t change_count() const;

 private:
  struct Following {
    std::shared_ptr<AdviceFollower> follower;
    AdviceFilter filter;
  };
  // By rollout and netns cookie.
  using Key = std::pair<std::string, uint64_t>;

  std::vector<std::shared_ptr<AdviceFollower>> Followers() const;

  mutable absl::Mutex mutex_;
  std::shared_ptr<const PublishedAdvice> published_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const PublishedAdvice>();
  std::vector<Following> followings_ ABSL_GUARDED_BY(mutex_);
  std::map<Key, std::string> acknowledgements_ ABSL_GUARDED_BY(mutex_);
  uint64_t change_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_ADVICE_BOARD_H_
