#ifndef BERTHMASTER_AGENT_COLLECT_CONNECT_TRAFFIC_H_
#define BERTHMASTER_AGENT_COLLECT_CONNECT_TRAFFIC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "agent/kernel/connect_watch.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// Pools of a namespace whose traffic is remembered: 8 MiB. The watch itself tells no more apart.
inline constexpr size_t kTrafficPoolsMax = 16384;

// What ConnectWatch counted in the connect pools of one namespace, over the last rate window. One
// thread.
class ConnectTraffic {
 public:
  struct Rates {
    // Per second.
    double opened = 0;
    double closed = 0;
    // Of those closed; nothing when none was.
    std::optional<double> local_close_share;
    // False where the host's count was not whole in that time: it may have been more.
    bool is_whole = true;
  };

  // What one Take() had of this namespace, also when it had nothing. `now` is monotonic and rises.
  // `is_whole` is false where that Take() missed some of the host's traffic.
  void Add(absl::Duration now, const std::vector<PoolTraffic>& pools, bool is_whole);

  // Over the last 5 s, or over up to 20 s where that was too few to tell or the traffic was as even
  // for longer. Nothing for a pool that
  // had no traffic lately: whether it had none or was not told apart is not known.
  std::optional<Rates> RatesOf(const PoolKey& key, absl::Duration now) const;

 private:
  struct Total {
    absl::Duration time;
    int64_t opened = 0;
    int64_t closed_here = 0;
    int64_t closed_by_peer = 0;
  };
  // Of the last kRateWindowMax, oldest first, some two seconds apart.
  static constexpr size_t kTotalsMax = 12;
  struct History {
    std::array<Total, kTotalsMax> totals;
    size_t size = 0;
    Total newest;
    absl::Duration last_change;
  };
  static void Append(const Total& total, History& history);
  // Whether what happened since `near` is what all since `far` makes one expect.
  static bool GoesOn(const Total& newest, const Total& near, const Total& far);
  static const Total& TotalOfAge(const History& history, absl::Duration now, absl::Duration age);

  absl::flat_hash_map<PoolKey, History> histories_;
  std::optional<absl::Duration> last_add_;
  // The newest Take() that was not whole.
  std::optional<absl::Duration> last_loss_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_CONNECT_TRAFFIC_H_
