#ifndef BERTHMASTER_AGENT_COLLECT_COUNTER_DELTAS_H_
#define BERTHMASTER_AGENT_COLLECT_COUNTER_DELTAS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace berthmaster {

// Counters that only rise, as what they rose by since they were last told. One thread.
class CounterDeltas {
 public:
  // What NetnsSample::counters says of `counters`, and takes them for told: those that rose, or all
  // of them, whole, the first time. One that is lower than before began anew and counts from 0; one
  // that is not known any more is left out.
  std::map<std::string, int64_t> Take(const std::map<std::string, int64_t>& counters);

 private:
  std::optional<std::map<std::string, int64_t>> told_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_COUNTER_DELTAS_H_
