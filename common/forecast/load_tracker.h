#ifndef BERTHMASTER_COMMON_FORECAST_LOAD_TRACKER_H_
#define BERTHMASTER_COMMON_FORECAST_LOAD_TRACKER_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Makes a LoadHistory from the samples of one pool as they come. Of fixed size, half a kilobyte,
// and reaching four minutes back. Knows no clock: the caller says what lay between two samples. One
// thread.
class LoadTracker {
 public:
  // Samples further apart than this have nothing to do with one another.
  static constexpr absl::Duration kGapMax = absl::Minutes(2);

  // Adds the newest sample. `interval` is the time since the one before; nothing when the two
  // cannot be compared (the first, another boot, a clock that was set). Nothing, a negative one and
  // one beyond kGapMax start anew; one of 0 leaves all as it is. Shorter gaps are filled: with the
  // histogram's closes where it has them, else evenly.
  void Add(const PoolSample& pool, std::optional<absl::Duration> interval);

  // Of the time up to the newest sample.
  LoadHistory history() const;

 private:
  // A window of kHistoryBin.
  struct Bin {
    // New connections; -1 where not known.
    float arrivals = -1;
    // At its end: in use, or what is not TIME_WAIT of a connect pool.
    float count = 0;
  };
  static constexpr size_t kBins = 48;

  void Reset(const PoolSample& pool);
  void Push(const Bin& bin);
  // Whole windows with known arrivals, without a gap between them, the newest first.
  std::vector<double> Arrivals() const;
  void SetGrowth(LoadHistory& history) const;

  // The newest is at newest_; a ring.
  std::array<Bin, kBins> bins_;
  size_t newest_ = 0;
  size_t size_ = 0;
  // The window that is not whole yet.
  double elapsed_seconds_ = 0;
  double arrivals_ = 0;
  bool arrivals_known_ = true;
  float last_count_ = 0;
  float first_count_ = 0;
  bool has_sample_ = false;
  absl::Duration cut_off_age_ = absl::InfiniteDuration();
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_LOAD_TRACKER_H_
