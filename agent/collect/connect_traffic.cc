#include "agent/collect/connect_traffic.h"

#include <algorithm>

#include "agent/collect/rate.h"

namespace berthmaster {
namespace {

// So far apart, but beside a gap, that kTotalsMax of them reach about kRateWindowMax back.
constexpr absl::Duration kSpacing = absl::Milliseconds(1900);
// Fewer events than this in the short window are taken over the long one.
constexpr int64_t kEventsMin = 10;
// A rate over less time is no rate.
constexpr absl::Duration kSpanMin = absl::Seconds(1);

}  // namespace

void ConnectTraffic::Add(absl::Duration now, const std::vector<PoolTraffic>& pools, bool is_whole) {
  for (const PoolTraffic& pool : pools) {
    if (histories_.size() >= kTrafficPoolsMax && !histories_.contains(pool.key)) continue;
    History& history = histories_[pool.key];
    if (history.size == 0) {
      // Since when the first take counts is not known.
      Append({last_add_.value_or(now), 0, 0, 0}, history);
      if (!last_add_.has_value()) continue;
    }
    history.newest.opened += pool.opened;
    history.newest.closed_here += pool.closed_here;
    history.newest.closed_by_peer += pool.closed_by_peer;
    history.last_change = now;
  }
  for (auto& [key, history] : histories_) {
    history.newest.time = now;
    Append(history.newest, history);
  }
  absl::erase_if(histories_, [now](const auto& entry) {
    return now - entry.second.last_change > 2 * kRateWindowMax;
  });
  last_add_ = now;
  if (!is_whole) last_loss_ = now;
}

std::optional<ConnectTraffic::Rates> ConnectTraffic::RatesOf(const PoolKey& key,
                                                             absl::Duration now) const {
  auto found = histories_.find(key);
  if (found == histories_.end()) return std::nullopt;
  const History& history = found->second;
  const Total& newest = history.newest;
  const Total* since = &TotalOfAge(history, now, kRateWindowMin);
  const Total& far = TotalOfAge(history, now, kRateWindowMax);
  const int64_t opened = newest.opened - since->opened;
  if (opened < kEventsMin) {
    // Too few to be exact; but what came in a burst before it is none of now.
    const double share = absl::FDivDuration(newest.time - since->time, newest.time - far.time);
    if (IsExpected(static_cast<double>(opened),
                   static_cast<double>(newest.opened - far.opened) * share)) {
      since = &far;
    }
  } else {
    // Over longer an even load is known better, but not over a time that began before the load.
    const Total& even = far.opened == 0 && history.size > 1 ? history.totals[1] : far;
    if (GoesOn(newest, *since, even)) since = &even;
  }
  const absl::Duration span = newest.time - since->time;
  if (span < kSpanMin) return std::nullopt;
  const double seconds = absl::ToDoubleSeconds(span);
  const auto closed_here = static_cast<double>(newest.closed_here - since->closed_here);
  const auto closed_by_peer = static_cast<double>(newest.closed_by_peer - since->closed_by_peer);
  Rates rates;
  rates.is_whole = !last_loss_.has_value() || *last_loss_ <= since->time;
  rates.opened = static_cast<double>(newest.opened - since->opened) / seconds;
  rates.closed = (closed_here + closed_by_peer) / seconds;
  if (rates.closed > 0) rates.local_close_share = closed_here / (closed_here + closed_by_peer);
  return rates;
}

bool ConnectTraffic::GoesOn(const Total& newest, const Total& near, const Total& far) {
  if (newest.time <= near.time || near.time <= far.time) return false;
  const double share = absl::FDivDuration(newest.time - near.time, newest.time - far.time);
  const auto expected = [share](int64_t from, int64_t to) {
    return share * static_cast<double>(to - from);
  };
  return IsExpected(static_cast<double>(newest.opened - near.opened),
                    expected(far.opened, newest.opened)) &&
         IsExpected(static_cast<double>(newest.closed_here - near.closed_here),
                    expected(far.closed_here, newest.closed_here)) &&
         IsExpected(static_cast<double>(newest.closed_by_peer - near.closed_by_peer),
                    expected(far.closed_by_peer, newest.closed_by_peer));
}

void ConnectTraffic::Append(const Total& total, History& history) {
  // One goes only where it is close to both its neighbours, as in LiveHistory.
  if (history.size > 1 &&
      history.totals[history.size - 1].time - history.totals[history.size - 2].time < kSpacing &&
      total.time - history.totals[history.size - 1].time < kSpacing) {
    --history.size;
  }
  if (history.size == kTotalsMax) {
    std::move(history.totals.begin() + 1, history.totals.end(), history.totals.begin());
    --history.size;
  }
  history.totals[history.size++] = total;
}

const ConnectTraffic::Total& ConnectTraffic::TotalOfAge(const History& history, absl::Duration now,
                                                        absl::Duration age) {
  size_t index = history.size - 1;
  while (index > 0 && now - history.totals[index].time < age) --index;
  return history.totals[index];
}

}  // namespace berthmaster
