#ifndef BERTHMASTER_CONTROLLER_REPLAY_STORED_LOAD_H_
#define BERTHMASTER_CONTROLLER_REPLAY_STORED_LOAD_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// What the history does not keep of a connect pool and its other figures imply: which TIME_WAIT
// ends when, how much is made, how long connections live. Closes are the connections opened less
// those that are open more than before; each leaves TIME_WAIT for 61 s, or none where the peer
// closes first, which the number of sockets in TIME_WAIT tells. One thread.
class StoredLoad {
 public:
  // Fills time_wait_releases, time_wait_rate and hold_time of the newest sample. Where they do not
  // follow (the first 10 s, a gap, reusable TIME_WAIT, no rate), the connection rate goes too,
  // since a forecast from it alone would take every load for a leak. Whether they follow.
  bool Complete(absl::Time sample_time, PoolSample& pool);

 private:
  // Connections closed between two samples.
  struct Closes {
    absl::Time after;
    absl::Time until;
    double count = 0;
  };
  void Begin(absl::Time sample_time, const PoolSample& pool);
  void Fill(absl::Time now, PoolSample& pool) const;

  // Of the last 61 s.
  std::deque<Closes> closes_;
  std::optional<absl::Time> last_time_;
  absl::Time begin_time_;
  double live_ = 0;
};

// The loads of all pools of a host.
class StoredLoads {
 public:
  // Completes every connect pool of the sample.
  void Complete(HostSample& sample);

  // Samples of pools with a connection rate from which nothing follows.
  int64_t incomplete_count() const { return incomplete_count_; }

 private:
  // By netns cookie and pool.
  std::map<std::pair<uint64_t, PoolId>, StoredLoad> loads_;
  int64_t incomplete_count_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_STORED_LOAD_H_
