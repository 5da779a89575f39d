#include "controller/api/watch_schedule.h"

#include <algorithm>

namespace berthmaster {

void WatchSchedule::Push(const std::string& key, absl::Time event_time, absl::Duration now) {
  const auto [entry, is_new] = pending_.try_emplace(key, event_time);
  entry->second = event_time;
  if (!is_new) return;
  Forget(now);
  const auto sent = sent_.find(key);
  order_.emplace(sent == sent_.end() ? now : std::max(now, sent->second + interval_), key);
}

std::optional<WatchSchedule::Due> WatchSchedule::Pop(absl::Duration now) {
  Forget(now);
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  Due due{order_.begin()->second, {}};
  order_.erase(order_.begin());
  due.event_time = pending_.extract(due.key).mapped();
  sent_[due.key] = now;
  sent_order_.emplace_back(now, due.key);
  return due;
}

void WatchSchedule::Forget(absl::Duration now) {
  while (!sent_order_.empty() && sent_order_.front().first + interval_ <= now) {
    const auto sent = sent_.find(sent_order_.front().second);
    if (sent != sent_.end() && sent->second == sent_order_.front().first) sent_.erase(sent);
    sent_order_.pop_front();
  }
}

}  // namespace berthmaster
