#include "tests/bench/dump_cost.h"

#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/collect/linux_host_sampler.h"
#include "common/clock/clock.h"
#include "tests/bench/bench_dump.h"
#include "tests/bench/bench_sockets.h"

namespace berthmaster {
namespace {

constexpr int kRoundsMax = 7;
constexpr int kRoundsMin = 3;
constexpr double kBareBar = 1.15;

// Below this what a sample reads besides, some 0.3 ms of sysctls and counters, is no longer small
// against the dump, so only the dump has a bar.
constexpr int kSampleBarSocketsMin = 100000;

struct Rounds {
  std::vector<absl::Duration> pools;
  std::vector<absl::Duration> agent;
  std::vector<absl::Duration> bare;
  std::vector<absl::Duration> ss;
};

// Whether the sample has the sockets that were made, but for what ended in the meantime.
bool IsWhole(const HostSample& sample, int socket_count) {
  int64_t in_use = 0;
  for (const PoolSample& pool : sample.namespaces.at(0).pools) {
    if (pool.kind == PoolKind::kConnect) in_use += pool.in_use;
  }
  return in_use >= int64_t{socket_count} * 99 / 100;
}

}  // namespace

std::optional<absl::Duration> MeasureDump(const ScopedNetns& netns, const DumpLoad& load,
                                          BenchTable& table) {
  const LinuxClock clock;
  const absl::Duration start = clock.MonotonicNow();
  // So many sockets that every sample dumps them.
  auto sampler = MakeLinuxHostSampler({{netns.name()}}, clock);
  Rounds rounds;
  // Interleaved, so that a disturbance meets all three.
  while (rounds.ss.size() < kRoundsMax && clock.MonotonicNow() - start < load.time_limit) {
    const absl::Duration bare = BareDumpCpu(netns);
    const absl::StatusOr<HostSample> sample = sampler->Sample();
    if (!sample.ok()) Die(sample.status().ToString().c_str());
    if (!IsWhole(*sample, load.socket_count)) {
      std::fprintf(stderr, "  a sample has %d in TIME_WAIT and %d other sockets\n",
                   sample->namespaces[0].time_wait, sample->namespaces[0].tcp_in_use);
      break;
    }
    rounds.bare.push_back(bare);
    rounds.pools.push_back(PoolsDumpCpu(netns));
    // Once more, since the first one of a round finds the processor's caches cold.
    rounds.bare.push_back(BareDumpCpu(netns));
    rounds.agent.push_back(sample->cpu_time);
    rounds.ss.push_back(SsCpu(netns));
  }
  const std::string name = absl::StrCat(load.socket_count, " ", load.state);
  if (rounds.ss.size() < kRoundsMin) {
    table.AddMissing(absl::StrCat("sample of ", name), true,
                     "gone before they were measured; try on a quieter machine");
    return std::nullopt;
  }
  const absl::Duration agent = Median(rounds.agent);
  const absl::Duration bare = Median(rounds.bare);
  const absl::Duration pools = Median(rounds.pools);
  const absl::Duration ss = Median(rounds.ss);
  table.Add(absl::StrCat("pools of ", name, " / bare loop"), absl::FDivDuration(pools, bare),
            kBareBar, absl::StrCat(ShortDuration(pools), " / ", ShortDuration(bare)));
  table.Add(absl::StrCat("sample of ", name, " / bare loop"), absl::FDivDuration(agent, bare),
            load.socket_count < kSampleBarSocketsMin ? std::nullopt : std::optional(kBareBar),
            absl::StrFormat("%s (%.0f ns a socket) / %s, %d rounds", ShortDuration(agent),
                            absl::ToDoubleNanoseconds(agent) / load.socket_count,
                            ShortDuration(bare), rounds.ss.size()));
  table.Add(absl::StrCat("sample of ", name, " / ss -Htan"), absl::FDivDuration(agent, ss),
            load.ss_bar_max, absl::StrCat(ShortDuration(agent), " / ", ShortDuration(ss)));
  return agent;
}

}  // namespace berthmaster
