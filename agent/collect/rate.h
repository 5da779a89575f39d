#ifndef BERTHMASTER_AGENT_COLLECT_RATE_H_
#define BERTHMASTER_AGENT_COLLECT_RATE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "agent/collect/pool_counts.h"

namespace berthmaster {

// The shortest and the longest span that a rate is taken over. Five seconds smooth bursts; where
// the load has been the same for longer, a longer span is more exact.
inline constexpr absl::Duration kRateWindowMin = absl::Seconds(5);
inline constexpr absl::Duration kRateWindowMax = absl::Seconds(20);

// TIME_WAIT sockets made per second, read off their ages in one dump. Where the load began within
// the last 5 s, the time since then is the span. `reuse_delay` is that of the pool: older ones may
// have been taken over, so only younger ones are counted. Pure.
double TimeWaitRate(const Releases& releases, std::optional<absl::Duration> reuse_delay);

// Whether the first TIME_WAIT of a dump was made within the last second, so that there is no rate
// of it yet. Pure.
bool BeganThisSecond(const Releases& releases);

// Whether a count is what the rate so far makes one expect, give or take its standard deviation:
// then the longer span may be taken. Pure.
bool IsExpected(double count, double expected);

// How many live sockets a pool had, over the last kRateWindowMax. One thread.
class LiveHistory {
 public:
  // Notes a count, and the TIME_WAIT rate where it is known. `now` is monotonic and rises.
  void Add(absl::Duration now, int32_t live, std::optional<double> time_wait_rate);

  // How fast the number of live sockets rises, per second, until `now`, when it is `live`; negative
  // when it falls. Nothing while there is less than a second of history.
  std::optional<double> LiveRate(absl::Duration now, int32_t live) const;

  // The mean of `time_wait_rate` and of those noted in the last kRateWindowMin.
  double MeanTimeWaitRate(absl::Duration now, double time_wait_rate) const;

 private:
  // So far apart, but beside a gap, that the history reaches about kRateWindowMax back.
  static constexpr absl::Duration kSpacing = absl::Milliseconds(1900);
  static constexpr size_t kEntriesMax = 12;
  struct Entry {
    absl::Duration time;
    int32_t live = 0;
    std::optional<double> time_wait_rate;
  };
  // The newest entry that is at least `age` old, or the oldest one of all.
  const Entry& EntryOfAge(absl::Duration now, absl::Duration age) const;

  // Oldest first.
  std::array<Entry, kEntriesMax> entries_;
  size_t size_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_RATE_H_
