#include "agent/advise/advice_board.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

absl::Status CheckText(absl::string_view text) {
  if (text.size() > kAcknowledgementBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("text has ", text.size(), " bytes; at most ",
                                                   kAcknowledgementBytesMax, " are allowed"));
  }
  const bool has_control = std::any_of(text.begin(), text.end(), [](char byte) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(byte));
  });
  if (has_control) {
    return absl::InvalidArgumentError("text has control characters; send one plain line");
  }
  return absl::OkStatus();
}

}  // namespace

bool AdviceFilter::Matches(const DesiredAdvice& advice) const {
  return (!workload.has_value() || *workload == advice.workload) &&
         (!netns_cookie.has_value() || *netns_cookie == advice.netns_cookie);
}

PublishedAdvice Filtered(const PublishedAdvice& published, const AdviceFilter& filter) {
  PublishedAdvice result;
  for (const WorkloadAdvice& workload : published) {
    WorkloadAdvice part{workload.update_time, workload.workload, {}};
    for (const DesiredAdvice& advice : workload.advice) {
      if (filter.Matches(advice)) part.advice.push_back(advice);
    }
    if (!part.advice.empty()) result.push_back(std::move(part));
  }
  return result;
}

void AdviceBoard::Post(PublishedAdvice published) {
  std::set<Key> keys;
  for (const WorkloadAdvice& workload : published) {
    for (const DesiredAdvice& advice : workload.advice) {
      keys.emplace(advice.rollout, advice.netns_cookie);
    }
  }
  auto next = std::make_shared<const PublishedAdvice>(std::move(published));
  {
    absl::MutexLock lock(&mutex_);
    published_ = std::move(next);
    std::erase_if(acknowledgements_,
                  [&](const auto& entry) { return !keys.contains(entry.first); });
  }
  for (const std::shared_ptr<AdviceFollower>& follower : Followers()) follower->Notify();
}

std::shared_ptr<const PublishedAdvice> AdviceBoard::Latest() const {
  absl::MutexLock lock(&mutex_);
  return published_;
}

absl::Status AdviceBoard::Follow(std::shared_ptr<AdviceFollower> follower, AdviceFilter filter) {
  absl::MutexLock lock(&mutex_);
  if (followings_.size() >= kAdviceFollowersMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kAdviceFollowersMax,
                     " applications of this host watch for advice already; read the file instead, "
                     "or share one watch"));
  }
  followings_.push_back({std::move(follower), std::move(filter)});
  ++change_count_;
  return absl::OkStatus();
}

void AdviceBoard::Unfollow(const AdviceFollower* follower) {
  // Destroyed after the lock is given up, should this be the last that holds it.
  std::shared_ptr<AdviceFollower> last;
  absl::MutexLock lock(&mutex_);
  auto found = std::find_if(followings_.begin(), followings_.end(),
                            [&](const Following& f) { return f.follower.get() == follower; });
  if (found == followings_.end()) return;
  last = std::move(found->follower);
  followings_.erase(found);
  ++change_count_;
}

void AdviceBoard::Advance(absl::Duration now) {
  for (const std::shared_ptr<AdviceFollower>& follower : Followers()) follower->Advance(now);
}

std::vector<std::shared_ptr<AdviceFollower>> AdviceBoard::Followers() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<AdviceFollower>> followers;
  followers.reserve(followings_.size());
  for (const Following& following : followings_) followers.push_back(following.follower);
  return followers;
}

absl::Status AdviceBoard::Acknowledge(const AdviceAcknowledgement& acknowledgement) {
  if (absl::Status checked = CheckText(acknowledgement.text); !checked.ok()) return checked;
  const AdviceFilter meant{acknowledgement.workload, acknowledgement.netns_cookie};
  absl::MutexLock lock(&mutex_);
  bool is_found = false;
  for (const WorkloadAdvice& workload : *published_) {
    for (const DesiredAdvice& advice : workload.advice) {
      if (advice.rollout != acknowledgement.rollout || !meant.Matches(advice)) continue;
      is_found = true;
      acknowledgements_[{advice.rollout, advice.netns_cookie}] = acknowledgement.text;
    }
  }
  if (!is_found) {
    return absl::NotFoundError(
        absl::StrCat("no advice of '", absl::string_view(acknowledgement.rollout).substr(0, 80),
                     "' is published for that workload; take the names as WatchAdvice sends them"));
  }
  ++change_count_;
  return absl::OkStatus();
}

int AdviceBoard::CountFollowers(const DesiredAdvice& advice) const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(
      std::count_if(followings_.begin(), followings_.end(),
                    [&](const Following& following) { return following.filter.Matches(advice); }));
}

std::optional<std::string> AdviceBoard::AcknowledgementOf(const DesiredAdvice& advice) const {
  absl::MutexLock lock(&mutex_);
  auto found = acknowledgements_.find({advice.rollout, advice.netns_cookie});
  if (found == acknowledgements_.end()) return std::nullopt;
  return found->second;
}

uint64_t AdviceBoard::change_count() const {
  absl::MutexLock lock(&mutex_);
  return change_count_;
}

}  // namespace berthmaster
