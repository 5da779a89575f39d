#ifndef BERTHMASTER_TESTS_BENCH_BENCH_DUMP_H_
#define BERTHMASTER_TESTS_BENCH_BENCH_DUMP_H_

#include <sys/types.h>

#include <vector>

#include "absl/time/time.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// What the agent is compared with. CPU times; each call measures once.

// The same dump as the agent's, received and not looked at: the bare loop.
absl::Duration BareDumpCpu(const ScopedNetns& netns);

// The same dump, read by the agent's netlink source and made into pools.
absl::Duration PoolsDumpCpu(const ScopedNetns& netns);

// `ss -Htan >/dev/null` of iproute2.
absl::Duration SsCpu(const ScopedNetns& netns);

// All threads of a process, its reaped children not.
absl::Duration ProcessCpu(pid_t pid);

absl::Duration Median(std::vector<absl::Duration> values);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_BENCH_DUMP_H_
