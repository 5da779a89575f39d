#ifndef BERTHMASTER_CONTROLLER_API_POOL_WATCH_H_
#define BERTHMASTER_CONTROLLER_API_POOL_WATCH_H_

#include <map>
#include <string>
#include <vector>

#include "berthmaster/v1/pool.pb.h"
#include "controller/api/pool_view.h"
#include "controller/api/watch_source.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// What WatchPools sends. The key is the host id: a sample changes all pools of a host at once. It
// keeps the sample shown last of each host, to tell what changed and what is gone. A pool that
// stops to match is sent once more as it is then.
class PoolWatchSource final : public WatchSource<v1::WatchPoolsResponse> {
 public:
  PoolWatchSource(const Fleet* fleet, PoolMatcher matcher)
      : fleet_(fleet), matcher_(std::move(matcher)) {}

  std::vector<std::string> InitialKeys() override;
  std::optional<std::string> KeyOf(const Event& event) override;
  void Open(const std::string& key, absl::Time event_time) override;
  bool Next(v1::WatchPoolsResponse& response) override;

 private:
  struct Change {
    PoolRef ref;
    bool removed = false;
  };
  void Compare(const Fleet::HostPointer& before, const Fleet::HostPointer& now);

  const Fleet* const fleet_;
  const PoolMatcher matcher_;
  std::map<std::string, Fleet::HostPointer> shown_;
  // Of the host opened last, in reverse; they point into these two.
  std::vector<Change> changes_;
  Fleet::HostPointer before_;
  Fleet::HostPointer now_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POOL_WATCH_H_
