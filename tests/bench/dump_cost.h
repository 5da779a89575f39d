#ifndef BERTHMASTER_TESTS_BENCH_DUMP_COST_H_
#define BERTHMASTER_TESTS_BENCH_DUMP_COST_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "tests/bench/bench_table.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// Which sockets a namespace has been filled with, and what they may cost against `ss`.
struct DumpLoad {
  std::string state;
  int socket_count = 0;
  double ss_bar_max = 0;
  // TIME_WAIT sockets go by themselves: rounds end in time for the last one to see all.
  absl::Duration time_limit = absl::InfiniteDuration();
};

// One sample of the namespace against a bare receive loop of the same dump and against `ss -Htan`,
// as medians of interleaved rounds. Returns the sample's CPU; nothing when the sockets were gone
// before there were enough rounds, which a machine that is busy otherwise can do to TIME_WAIT.
std::optional<absl::Duration> MeasureDump(const ScopedNetns& netns, const DumpLoad& load,
                                          BenchTable& table);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_DUMP_COST_H_
