#include "controller/replay/error_list.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berthmaster {
namespace {

// Of sorted values: the smallest that at least `share` of them do not exceed.
double Percentile(const std::vector<double>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

void ErrorList::Add(double error) {
  if (!std::isfinite(error)) error = std::numeric_limits<double>::max();
  if (count_++ % step_ != 0) return;
  errors_.push_back(std::abs(error));
  if (errors_.size() < kExactMax) return;
  step_ *= 2;
  for (size_t i = 0; i < errors_.size() / 2; ++i) errors_[i] = errors_[2 * i];
  errors_.resize(errors_.size() / 2);
}

ErrorFigures ErrorList::Figures() const {
  if (errors_.empty()) return {};
  std::vector<double> sorted = errors_;
  std::sort(sorted.begin(), sorted.end());
  return {count_, Percentile(sorted, 0.5), Percentile(sorted, 0.9)};
}

}  // namespace berthmaster
