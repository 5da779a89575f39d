#include "agent/collect/counter_deltas.h"

namespace berthmaster {

std::map<std::string, int64_t> CounterDeltas::Take(const std::map<std::string, int64_t>& counters) {
  if (!told_.has_value()) {
    told_ = counters;
    return counters;
  }
  std::map<std::string, int64_t> deltas;
  for (const auto& [name, value] : counters) {
    auto before = told_->find(name);
    const int64_t told = before == told_->end() || before->second > value ? 0 : before->second;
    if (value > told) deltas[name] = value - told;
    // A group that could not be read this time is not forgotten: it has not begun anew.
    (*told_)[name] = value;
  }
  return deltas;
}

}  // namespace berthmaster
