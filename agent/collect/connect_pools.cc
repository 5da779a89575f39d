#include "agent/collect/connect_pools.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/collect/remainder.h"
#include "common/forecast/reuse.h"

namespace berthmaster {
namespace {

// The watch and the dump look at moments that differ a little, so ends that are fewer than this
// share of the opens may be none.
constexpr double kEndedShareMin = 0.1;

}  // namespace

void ConnectPools::AddTo(NetnsSample& sample, const NetnsCounts& counts, const Context& context,
                         absl::Duration now) {
  absl::flat_hash_map<RawPoolKey, LiveHistory> histories_before = std::move(histories_);
  histories_.clear();
  std::vector<bool> is_told(counts.pools.size());
  for (uint32_t position : NearestToExhaustion(counts.pools, kPoolsPerNetnsMax)) {
    is_told[position] = true;
    const PoolCounts& pool_counts = counts.pools[position];
    PoolSample& pool = sample.pools.emplace_back(MakeConnectPool(pool_counts, context.frame));
    LiveHistory& history = histories_[pool_counts.key];
    auto before = histories_before.find(pool_counts.key);
    if (before != histories_before.end()) {
      history = before->second;
    } else if (last_dump_.has_value() && histories_are_whole_) {
      // A pool that the last dump did not have had no socket then.
      history.Add(*last_dump_, 0, std::nullopt);
    }
    SetRates(pool_counts, context, now, history, pool);
  }
  for (size_t position = 0; position < counts.pools.size(); ++position) {
    if (!is_told[position]) AddToRemainder(counts.pools[position], sample.remainder);
  }
  AddUntrackedToRemainder(counts.untracked, sample.remainder);
  histories_are_whole_ = !sample.remainder.has_value();
  last_dump_ = now;
}

void ConnectPools::SetRates(const PoolCounts& counts, const Context& context, absl::Duration now,
                            LiveHistory& history, PoolSample& pool) const {
  const std::optional<absl::Duration> reuse_delay = ReuseDelay(context.sysctls, pool.key);
  const double fresh_rate = TimeWaitRate(counts.releases, reuse_delay);
  // Where only the youngest second counts, several dumps make up for the short span.
  const double time_wait_rate =
      reuse_delay.has_value() ? history.MeanTimeWaitRate(now, fresh_rate) : fresh_rate;
  const std::optional<double> live_rate = history.LiveRate(now, counts.live());
  history.Add(now, counts.live(), fresh_rate);

  pool.time_wait_rate = time_wait_rate;
  if (live_rate.has_value()) {
    pool.connection_rate = std::max(0.0, time_wait_rate + *live_rate);
  } else if (counts.states[TcpState::kTimeWait] > 0) {
    pool.connection_rate = time_wait_rate;
  }
  if (time_wait_rate > 0) pool.hold_time = absl::Seconds(counts.live() / time_wait_rate);
  if (context.traffic == nullptr) return;
  const std::optional<ConnectTraffic::Rates> traffic = context.traffic->RatesOf(pool.key, now);
  if (!traffic.has_value()) return;
  // Handshakes under way take a port too, and those that fail open nothing. And what the kernel did
  // not count is in the sockets all the same.
  const bool is_least = counts.states[TcpState::kSynSent] > 0 || !traffic->is_whole;
  pool.connection_rate =
      is_least ? std::max(traffic->opened, pool.connection_rate.value_or(0)) : traffic->opened;
  pool.close_rate = traffic->closed;
  pool.local_close_share = traffic->local_close_share;
  double ended = traffic->closed;
  // A connection that one side has closed keeps its port in CLOSE_WAIT or FIN_WAIT_2 until the
  // other has too, and where that does not happen nothing ends: what came and is not there.
  if (live_rate.has_value()) ended = std::min(ended, *pool.connection_rate - *live_rate);
  // What is in TIME_WAIT has ended; where closes began within the window, its ages tell their rate
  // better than the number over all of the window.
  if (!reuse_delay.has_value()) {
    ended = std::max(ended, time_wait_rate);
    // In the first second of closes what is open is all that was opened: it is as old as that.
    if (BeganThisSecond(counts.releases) && ended > kEndedShareMin * *pool.connection_rate) {
      ended = std::max(ended, *pool.connection_rate);
      pool.time_wait_rate = ended * traffic->local_close_share.value_or(1);
    }
  }
  pool.hold_time.reset();
  if (ended > kEndedShareMin * *pool.connection_rate) {
    pool.hold_time = absl::Seconds(counts.live() / ended);
  }
}

}  // namespace berthmaster
