#ifndef BERTHMASTER_TESTS_BENCH_QUIET_COST_H_
#define BERTHMASTER_TESTS_BENCH_QUIET_COST_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/bench_sockets.h"
#include "tests/bench/bench_table.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// Namespaces that cannot be near a limit: a listener and ten connections each.
class QuietNamespaces {
 public:
  explicit QuietNamespaces(int count);

  // As a filter of the agent takes them.
  std::vector<std::string> names() const;

 private:
  std::vector<std::unique_ptr<ScopedNetns>> namespaces_;
  std::vector<UniqueFd> sockets_;
};

// What one such namespace costs in a sample: every second, and every 10 s.
void MeasureQuiet(const std::string& circumstance, BenchTable& table);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_QUIET_COST_H_
