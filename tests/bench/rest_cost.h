#ifndef BERTHMASTER_TESTS_BENCH_REST_COST_H_
#define BERTHMASTER_TESTS_BENCH_REST_COST_H_

#include "tests/bench/bench_table.h"

namespace berthmaster {

// A real berthmaster-agent at rest: 100 namespaces, 5 of them with 10,000 sockets each, a sample
// every 10 s, no controller to be reached. Takes 75 s.
void MeasureRest(BenchTable& table);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_REST_COST_H_
