// What the agent costs, against the bars of design section 15, as one table; exit code 1 when one
// is missed. Needs root, makes namespaces of its own, takes some four minutes and 4 GiB.
// BERTHMASTER_BENCH_MARKDOWN=1 prints the table as it stands in the agent's README.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "tests/bench/bench_sockets.h"
#include "tests/bench/bench_table.h"
#include "tests/bench/dump_cost.h"
#include "tests/bench/exporter_cost.h"
#include "tests/bench/quiet_cost.h"
#include "tests/bench/rest_cost.h"

namespace berthmaster {
namespace {

constexpr int kSocketCounts[] = {10000, 100000, 1000000};
constexpr int kExporterSocketCount = 100000;
constexpr double kTimeWaitSsBar = 0.3;
constexpr double kEstablishedSsBar = 0.6;
// A TIME_WAIT lives for 60 s, and the first ones are older than this by the time to make them all.
constexpr absl::Duration kTimeWaitLimit = absl::Seconds(35);
// What a socket may cost more among a million than among a hundred thousand. The kernel meets a
// cold cache line with each then, in the bare loop as much: some 1.3. What is not linear is at 10.
constexpr double kGrowthBar = 1.5;

// Of one socket, at the last count against the one before.
void AddGrowth(const char* state, const std::vector<std::optional<absl::Duration>>& cpu,
               BenchTable& table) {
  const std::string what = absl::StrCat("cost of one of 1000000 ", state, " / one of 100000");
  if (!cpu[1].has_value() || !cpu[2].has_value()) {
    table.AddMissing(what, true, "one of them was not measured");
    return;
  }
  std::string detail = "ns a socket at 10 k, 100 k, 1 M:";
  std::vector<double> each_ns;
  for (size_t i = 0; i < cpu.size(); ++i) {
    each_ns.push_back(absl::ToDoubleNanoseconds(cpu[i].value_or(absl::ZeroDuration())) /
                      kSocketCounts[i]);
    absl::StrAppendFormat(&detail, " %.0f", each_ns.back());
  }
  table.Add(what, each_ns[2] / each_ns[1], kGrowthBar, detail);
}

void MeasureTimeWait(BenchTable& table) {
  std::vector<std::optional<absl::Duration>> cpu;
  for (int socket_count : kSocketCounts) {
    auto netns = MakeBenchNetns();
    MakeTimeWait(*netns, socket_count);
    cpu.push_back(
        MeasureDump(*netns, {"TIME_WAIT", socket_count, kTimeWaitSsBar, kTimeWaitLimit}, table));
  }
  AddGrowth("TIME_WAIT", cpu, table);
}

void MeasureEstablished(BenchTable& table) {
  std::vector<std::optional<absl::Duration>> cpu;
  for (int socket_count : kSocketCounts) {
    auto netns = MakeBenchNetns();
    const EstablishedSockets sockets(*netns, socket_count);
    cpu.push_back(MeasureDump(
        *netns,
        {.state = "ESTABLISHED", .socket_count = socket_count, .ss_bar_max = kEstablishedSsBar},
        table));
    if (socket_count == kExporterSocketCount && cpu.back().has_value()) {
      MeasureExporter(*netns, *cpu.back(), table);
    }
    if (socket_count == kSocketCounts[2]) MeasureQuiet("1000000 sockets in another", table);
  }
  AddGrowth("ESTABLISHED", cpu, table);
}

int Run() {
  RaiseDescriptorLimit();
  BenchTable table;
  // A part by its name, for work on that part; without one everything.
  const char* only = std::getenv("BERTHMASTER_BENCH_ONLY");
  const auto is_wanted = [only](absl::string_view part) { return only == nullptr || part == only; };
  if (is_wanted("quiet")) MeasureQuiet("nothing else", table);
  if (is_wanted("rest")) MeasureRest(table);
  if (is_wanted("established")) MeasureEstablished(table);
  if (is_wanted("time-wait")) MeasureTimeWait(table);
  const char* markdown = std::getenv("BERTHMASTER_BENCH_MARKDOWN");
  const bool is_markdown = markdown != nullptr && *markdown != '\0' && *markdown != '0';
  std::printf("%s", (is_markdown ? table.ToMarkdown() : table.ToText()).c_str());
  return table.is_ok() ? 0 : 1;
}

}  // namespace
}  // namespace berthmaster

int main() { return berthmaster::Run(); }
