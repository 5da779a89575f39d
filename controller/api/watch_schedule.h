#ifndef BERTHMASTER_CONTROLLER_API_WATCH_SCHEDULE_H_
#define BERTHMASTER_CONTROLLER_API_WATCH_SCHEDULE_H_

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace berthmaster {

// When each resource of one stream is to be sent: at once, but not twice within an interval, and
// however often it changed meanwhile, once. Times are monotonic. Not safe for concurrent use.
class WatchSchedule {
 public:
  struct Due {
    std::string key;
    // Of the newest change.
    absl::Time event_time;
  };

  explicit WatchSchedule(absl::Duration interval) : interval_(interval) {}

  // The resource changed.
  void Push(const std::string& key, absl::Time event_time, absl::Duration now);
  // Takes what has been due for longest; nothing when nothing is due.
  std::optional<Due> Pop(absl::Duration now);
  // How many resources wait, due or not.
  size_t size() const { return pending_.size(); }

 private:
  void Forget(absl::Duration now);

  const absl::Duration interval_;
  std::map<std::string, absl::Time> pending_;
  std::set<std::pair<absl::Duration, std::string>> order_;
  // When each resource was sent, for those sent within the last interval.
  std::map<std::string, absl::Duration> sent_;
  std::deque<std::pair<absl::Duration, std::string>> sent_order_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_WATCH_SCHEDULE_H_
