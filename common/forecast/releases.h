#ifndef BERTHMASTER_COMMON_FORECAST_RELEASES_H_
#define BERTHMASTER_COMMON_FORECAST_RELEASES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/protocol/sample.h"

namespace berthmaster {

// An entry of the release histogram.
inline constexpr double kReleaseStepSeconds = 1;
// Whole seconds of closes that a release histogram remembers.
inline constexpr size_t kCloseSeconds = 60;

// The release histogram as a function: how many of the TIME_WAIT sockets of now end within x.
// Negative entries count as 0. Without a histogram the ages are taken as evenly spread, which is
// what a steady load gives.
class ReleaseCurve {
 public:
  // `time_wait` is how many there are.
  ReleaseCurve(const std::vector<int32_t>& histogram, double time_wait);

  // 0 to 1.
  double ShareEnded(double seconds) const {
    if (!(seconds > 0)) seconds = 0;
    if (seconds >= static_cast<double>(size_ - 1)) return 1;
    const auto index = static_cast<size_t>(seconds);
    return shares_[index] +
           (seconds - static_cast<double>(index)) * (shares_[index + 1] - shares_[index]);
  }
  // Sockets that have been in TIME_WAIT for less than `age` seconds.
  double YoungerThan(double age) const;

 private:
  double total_;
  // How much has ended at the start of each second.
  std::array<double, kReleaseSeconds + 1> shares_{};
  size_t size_ = 0;
};

// TIME_WAIT made in each past second, the newest first, kCloseSeconds of them, as the histogram
// remembers it. Empty when the histogram is no whole one.
std::vector<double> ClosesBySecond(const std::vector<int32_t>& histogram);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_RELEASES_H_
