#include "agent/sample_command.h"

#include <stdio.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/dependencies.h"
#include "agent/host_readers.h"
#include "agent/only_sample.h"
#include "agent/pool_text.h"
#include "common/clock/clock.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "common/wire/sample_json.h"

namespace berthmaster {
namespace {

struct Row {
  const NetnsSample* netns;
  const PoolSample* pool;
};

absl::Status Print(absl::string_view text) {
  if (fwrite(text.data(), 1, text.size(), stdout) != text.size() || fflush(stdout) != 0) {
    return absl::UnavailableError("standard output cannot be written");
  }
  return absl::OkStatus();
}

}  // namespace

std::string SampleTable(const HostSample& sample) {
  std::vector<Row> rows;
  for (const NetnsSample& netns : sample.namespaces) {
    for (const PoolSample& pool : netns.pools) rows.push_back({&netns, &pool});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.pool->utilization() > b.pool->utilization();
  });
  constexpr char kFormat[] = "%-20s %-44s %9s %8s %9s %9s %6s  %s\n";
  std::string table = absl::StrFormat(kFormat, "NETNS", "POOL", "CAPACITY", "IN USE", "REUSABLE",
                                      "HEADROOM", "UTIL", "STATES");
  for (const Row& row : rows) {
    const PoolSample& pool = *row.pool;
    // A label is a name that others chose.
    absl::StrAppendFormat(
        &table, kFormat, TerminalText(row.netns->label), PoolTitle(pool.id(), "->"),
        absl::StrCat(pool.capacity), absl::StrCat(pool.in_use), absl::StrCat(pool.reusable),
        absl::StrCat(pool.headroom()), absl::StrFormat("%.1f%%", 100 * pool.utilization()),
        StatesText(pool.states));
  }
  absl::StrAppendFormat(&table, "%d pools in %d namespaces, %s of CPU\n", rows.size(),
                        sample.namespaces.size(), absl::FormatDuration(sample.cpu_time));
  return table;
}

absl::Status RunSampleCommand(const AgentConfig& config, absl::string_view form) {
  LinuxClock clock;
  const HostReaders readers = MakeHostReaders(config.profile);
  LinuxHostSamplerOptions options = SamplerOptions(config, readers);
  // There is no later sample to see the rest.
  options.sample_interval = absl::ZeroDuration();
  options.first_dump_cpu_max = absl::InfiniteDuration();
  std::unique_ptr<HostSampler> sampler = MakeLinuxHostSampler(options, clock);
  BERTHMASTER_ASSIGN_OR_RETURN(HostSample sample, TakeOnlySample(*sampler, readers));
  if (form == "json") {
    BERTHMASTER_ASSIGN_OR_RETURN(std::string json, SampleJson(config.host_id, sample));
    return Print(json);
  }
  for (const std::string& limitation : sample.limitations) LogWarning(limitation);
  for (const NetnsSample& netns : sample.namespaces) {
    for (const std::string& limitation : netns.limitations) {
      LogWarning(netns.label, ": ", limitation);
    }
  }
  return Print(SampleTable(sample));
}

}  // namespace berthmaster
