#include "agent/advise/advice_publisher.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "agent/advise/advice_file_name.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/wire/advice_json.h"

namespace berthmaster {
namespace {

constexpr size_t kResultsMax = size_t{2} * kDesiredAdviceMax;

std::string NameFor(const DesiredAdvice& advice) {
  return AdviceFileName(advice.workload, advice.netns_cookie);
}

// Whether the file has this advice already, whenever it was written.
bool HasContent(const AdviceDirectory::File& file, WorkloadAdvice wanted) {
  wanted.update_time = file.content.update_time;
  const absl::StatusOr<std::string> text = WorkloadAdviceJson(wanted);
  return text.ok() && *text == file.text;
}

PublishedAdvice InOrder(PublishedAdvice published) {
  std::sort(published.begin(), published.end(),
            [](const WorkloadAdvice& a, const WorkloadAdvice& b) {
              return std::pair(a.workload, a.advice.front().netns_cookie) <
                     std::pair(b.workload, b.advice.front().netns_cookie);
            });
  return published;
}

// What the disk has after `wanted` was written, but for what failed.
PublishedAdvice After(const std::map<std::string, AdviceDirectory::File>& there,
                      const std::map<std::string, WorkloadAdvice>& wanted,
                      const std::map<std::string, absl::Status>& failures) {
  PublishedAdvice published;
  for (const auto& [name, content] : wanted) {
    if (failures.count(name) == 0) published.push_back(content);
  }
  for (const auto& [name, file] : there) {
    if (failures.count(name) != 0) published.push_back(file.content);
  }
  return InOrder(std::move(published));
}

}  // namespace

AdvicePublisher::AdvicePublisher(std::string directory, const Clock& clock, AdviceBoard& board)
    : clock_(clock), board_(board), directory_(std::move(directory)) {
  PublishedAdvice published;
  for (const auto& [name, file] : ReadAtStart()) {
    published.push_back(file.content);
    for (const DesiredAdvice& advice : file.content.advice) {
      desired_.push_back(advice);
      said_[{advice.rollout, KeyOf(advice)}] = {};
    }
  }
  Post(InOrder(std::move(published)));
}

AdvicePublisher::Files AdvicePublisher::ReadAtStart() {
  if (directory_.path().empty()) return {};
  absl::Status prepared = directory_.Prepare();
  absl::StatusOr<Files> there = prepared.ok() ? directory_.Read() : prepared;
  if (there.ok()) return *std::move(there);
  LogWarning("no advice can be published yet: ", there.status().message(),
             "; name another directory with --advice-dir, or run as its owner");
  return {};
}

std::vector<AdviceResult> AdvicePublisher::Publish(const std::vector<DesiredAdvice>& desired) {
  // The contract refuses more; so does this, the last guard.
  const size_t count = std::min(desired.size(), static_cast<size_t>(kDesiredAdviceMax));
  desired_.assign(desired.begin(), desired.begin() + static_cast<ptrdiff_t>(count));
  return BringAbout();
}

std::vector<AdviceResult> AdvicePublisher::BringAbout() {
  std::vector<AdviceResult> results;
  absl::Status usable =
      directory_.path().empty()
          ? absl::FailedPreconditionError(
                "ADVICE_OFF: this agent runs with advice-dir off; name a directory")
          : directory_.Prepare();
  absl::StatusOr<Files> there = usable.ok() ? directory_.Read() : usable;
  if (!there.ok()) return AllFailed(there.status());
  std::vector<absl::Status> statuses(desired_.size());
  std::map<std::string, WorkloadAdvice> wanted = Arrange(statuses);
  const Failures failures = Replace(*there, wanted);
  Post(After(*there, wanted, failures));

  said_.clear();
  std::set<std::pair<std::string, Key>> known;
  for (size_t i = 0; i < desired_.size(); ++i) {
    const DesiredAdvice& advice = desired_[i];
    known.emplace(advice.rollout, KeyOf(advice));
    const auto failure = failures.find(NameFor(advice));
    const absl::Status& status =
        failure != failures.end() && statuses[i].ok() ? failure->second : statuses[i];
    if (!status.ok()) {
      results.push_back(ResultFor(advice, AdviceState::kFailed));
      results.back().error = std::string(status.message());
    } else if (IsOver(advice)) {
      results.push_back(ResultFor(advice, AdviceState::kWithdrawn));
    } else {
      results.push_back(Published(advice));
    }
  }
  for (const auto& [name, file] : *there) {
    const auto failure = failures.find(name);
    for (const DesiredAdvice& advice : file.content.advice) {
      if (known.contains({advice.rollout, KeyOf(advice)})) continue;
      results.push_back(ResultFor(
          advice, failure == failures.end() ? AdviceState::kWithdrawn : AdviceState::kFailed));
      if (failure != failures.end()) results.back().error = std::string(failure->second.message());
    }
  }
  // The contract has room for as many; more is only there when removing failed many times.
  if (results.size() > kResultsMax) results.resize(kResultsMax);
  return results;
}

// Nothing changed on the disk: neither is what is desired there, nor is the rest gone.
std::vector<AdviceResult> AdvicePublisher::AllFailed(const absl::Status& why) const {
  std::vector<AdviceResult> results;
  std::set<std::pair<std::string, Key>> known;
  const auto add = [&](const DesiredAdvice& advice) {
    if (!known.emplace(advice.rollout, KeyOf(advice)).second) return;
    results.push_back(ResultFor(advice, AdviceState::kFailed));
    results.back().error = std::string(why.message());
  };
  for (const DesiredAdvice& advice : desired_) add(advice);
  const std::shared_ptr<const PublishedAdvice> published = board_.Latest();
  for (const WorkloadAdvice& workload : *published) {
    for (const DesiredAdvice& advice : workload.advice) add(advice);
  }
  return results;
}

std::map<std::string, WorkloadAdvice> AdvicePublisher::Arrange(
    std::vector<absl::Status>& statuses) const {
  std::map<std::string, WorkloadAdvice> wanted;
  std::map<Key, std::string> rollouts;
  for (size_t i = 0; i < desired_.size(); ++i) {
    const DesiredAdvice& advice = desired_[i];
    const auto [first, is_first] = rollouts.emplace(KeyOf(advice), advice.rollout);
    if (!is_first) {
      statuses[i] = absl::AlreadyExistsError(
          absl::StrCat("ADVICE_TWICE: ", first->second,
                       " advises for the same connections; revert one of the two"));
      continue;
    }
    if (IsOver(advice)) continue;
    WorkloadAdvice& file = wanted[NameFor(advice)];
    if (file.advice.empty()) file.workload = advice.workload;
    if (file.workload != advice.workload) {
      statuses[i] = absl::AlreadyExistsError(
          "ADVICE_NAME_TAKEN: the names of two workloads are long and give one file name; shorten "
          "one of them");
      continue;
    }
    file.advice.push_back(advice);
  }
  for (auto& [name, file] : wanted) {
    std::sort(file.advice.begin(), file.advice.end(),
              [](const DesiredAdvice& a, const DesiredAdvice& b) { return KeyOf(a) < KeyOf(b); });
  }
  return wanted;
}

AdvicePublisher::Failures AdvicePublisher::Replace(const Files& there,
                                                   std::map<std::string, WorkloadAdvice>& wanted) {
  Failures failures;
  for (auto& [name, content] : wanted) {
    const auto old = there.find(name);
    if (old != there.end() && HasContent(old->second, content)) {
      content.update_time = old->second.content.update_time;
      continue;
    }
    content.update_time = clock_.SystemNow();
    absl::Status written = directory_.Write(name, content);
    if (written.ok()) {
      LogInfo("published advice in ", directory_.PathOf(name));
    } else {
      LogWarning("cannot publish advice: ", written.message());
      failures.emplace(name, std::move(written));
    }
  }
  for (const auto& [name, file] : there) {
    if (wanted.count(name) != 0) continue;
    absl::Status removed = directory_.Remove(name);
    if (removed.ok()) {
      LogInfo("withdrew the advice in ", directory_.PathOf(name));
    } else {
      LogWarning("cannot withdraw advice: ", removed.message());
      failures.emplace(name, std::move(removed));
    }
  }
  return failures;
}

void AdvicePublisher::Post(PublishedAdvice published) {
  if (*board_.Latest() != published) board_.Post(std::move(published));
}

std::vector<AdviceResult> AdvicePublisher::Check() {
  const absl::Duration now = clock_.MonotonicNow();
  board_.Advance(now);
  std::vector<AdviceResult> news;
  const bool is_any_over =
      std::any_of(desired_.begin(), desired_.end(), [&](const DesiredAdvice& advice) {
        return IsOver(advice) && said_.count({advice.rollout, KeyOf(advice)}) != 0;
      });
  if (is_any_over) {
    const auto said = said_;
    for (AdviceResult& result : BringAbout()) {
      if (result.state != AdviceState::kPublished) news.push_back(std::move(result));
    }
    // What was said already, of pieces that were over or failed before, is not repeated.
    std::erase_if(news, [&](const AdviceResult& result) {
      return std::none_of(said.begin(), said.end(), [&](const auto& entry) {
        const auto& [rollout, key] = entry.first;
        return rollout == result.rollout && key.netns_cookie == result.netns_cookie &&
               key.destination == result.destination &&
               key.destination_port == result.destination_port;
      });
    });
  }
  const uint64_t change_count = board_.change_count();
  if (change_count == seen_change_count_ || now < next_report_) return news;
  seen_change_count_ = change_count;
  for (const DesiredAdvice& advice : desired_) {
    const auto said = said_.find({advice.rollout, KeyOf(advice)});
    if (said == said_.end() || said->second == NewsOf(advice)) continue;
    news.push_back(Published(advice));
    next_report_ = now + kAdviceReportInterval;
  }
  return news;
}

AdvicePublisher::Key AdvicePublisher::KeyOf(const DesiredAdvice& advice) {
  return {advice.netns_cookie, advice.destination, advice.destination_port, advice.protocol,
          advice.source.value_or(IpAddress())};
}

bool AdvicePublisher::IsOver(const DesiredAdvice& advice) const {
  return advice.expire_time.has_value() && *advice.expire_time <= clock_.SystemNow();
}

AdvicePublisher::Said AdvicePublisher::NewsOf(const DesiredAdvice& advice) const {
  return {board_.CountFollowers(advice), board_.AcknowledgementOf(advice)};
}

AdviceResult AdvicePublisher::ResultFor(const DesiredAdvice& advice, AdviceState state) const {
  AdviceResult result;
  result.rollout = advice.rollout;
  result.netns_cookie = advice.netns_cookie;
  result.destination = advice.destination;
  result.destination_port = advice.destination_port;
  result.state = state;
  return result;
}

AdviceResult AdvicePublisher::Published(const DesiredAdvice& advice) {
  const Said news = NewsOf(advice);
  AdviceResult result = ResultFor(advice, AdviceState::kPublished);
  result.path = directory_.PathOf(NameFor(advice));
  result.follower_count = news.follower_count;
  result.acknowledged = news.acknowledgement.has_value();
  result.acknowledgement = news.acknowledgement.value_or("");
  said_[{advice.rollout, KeyOf(advice)}] = news;
  return result;
}

}  // namespace berthmaster
