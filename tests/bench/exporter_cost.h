#ifndef BERTHMASTER_TESTS_BENCH_EXPORTER_COST_H_
#define BERTHMASTER_TESTS_BENCH_EXPORTER_COST_H_

#include "absl/time/time.h"
#include "tests/bench/bench_table.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// The CPU of a scrape of Debian's `prometheus-node-exporter --collector.tcpstat` in the namespace,
// against `agent_cpu` for a sample of the same sockets. The program is the one that
// BERTHMASTER_NODE_EXPORTER names (`./dev bench` fetches it); without it the table says so.
void MeasureExporter(const ScopedNetns& netns, absl::Duration agent_cpu, BenchTable& table);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_EXPORTER_COST_H_
