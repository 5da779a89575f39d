#include "tests/bench/rest_cost.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/file/file.h"
#include "tests/bench/bench_dump.h"
#include "tests/bench/bench_sockets.h"
#include "tests/bench/quiet_cost.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

constexpr int kNamespaceCount = 100;
constexpr int kBusyCount = 5;
constexpr int kSocketsEach = 10000;
// The agent's own settling, and what it does only once, is over then.
constexpr absl::Duration kWarmUp = absl::Seconds(15);
constexpr int kRoundCount = 6;
constexpr absl::Duration kSampleInterval = absl::Seconds(10);
constexpr double kResidentMibBar = 20;
constexpr double kBareBar = 1.3;

struct BusyNamespaces {
  std::vector<std::unique_ptr<ScopedNetns>> namespaces;
  std::vector<std::unique_ptr<EstablishedSockets>> sockets;
};

BusyNamespaces MakeBusy() {
  BusyNamespaces busy;
  for (int i = 0; i < kBusyCount; ++i) {
    busy.namespaces.push_back(MakeBenchNetns());
    busy.sockets.push_back(
        std::make_unique<EstablishedSockets>(*busy.namespaces.back(), kSocketsEach));
  }
  return busy;
}

std::unique_ptr<ChildProcess> StartAgent(const BusyNamespaces& busy, const QuietNamespaces& quiet,
                                         const std::string& state_dir) {
  std::vector<std::string> command = {BinaryPath("berthmaster-agent"),
                                      "--state-dir",
                                      state_dir,
                                      "--host-id",
                                      "bench",
                                      "--controller",
                                      "127.0.0.1:1",
                                      "--sample-interval",
                                      absl::FormatDuration(kSampleInterval)};
  for (const std::string& name : quiet.names()) {
    command.insert(command.end(), {"--netns", name});
  }
  for (const auto& netns : busy.namespaces) {
    command.insert(command.end(), {"--netns", netns->name()});
  }
  return ChildProcess::Start(command);
}

// The figure of a line such as "VmRSS:     4096 kB" of /proc/PID/status.
double StatusMib(pid_t pid, absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("/proc/", pid, "/status"), 64 * 1024);
  if (!text.ok()) return 0;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    if (!absl::ConsumePrefix(&line, name)) continue;
    absl::ConsumeSuffix(&line, "kB");
    int64_t kib = 0;
    if (absl::SimpleAtoi(line, &kib)) return static_cast<double>(kib) / 1024;
  }
  return 0;
}

// The bare dumps of the busy ones, once each.
absl::Duration BareDumpsCpu(const BusyNamespaces& busy) {
  absl::Duration cpu;
  for (const auto& netns : busy.namespaces) cpu += BareDumpCpu(*netns);
  return cpu;
}

}  // namespace

void MeasureRest(BenchTable& table) {
  const QuietNamespaces quiet(kNamespaceCount - kBusyCount);
  const BusyNamespaces busy = MakeBusy();
  const TempDirectory directory;
  auto agent = StartAgent(busy, quiet, directory.path());
  if (agent->WaitForExit(kWarmUp) != -1) {
    table.AddMissing("the agent at rest", true,
                     absl::StrCat("it ended: ", agent->Output().substr(0, 200)));
    return;
  }
  const absl::Duration cpu_before = ProcessCpu(agent->pid());
  absl::Duration bare;
  for (int round = 0; round < kRoundCount; ++round) {
    bare += BareDumpsCpu(busy);
    agent->WaitForExit(kSampleInterval);
  }
  const absl::Duration round_cpu = (ProcessCpu(agent->pid()) - cpu_before) / kRoundCount;
  const pid_t pid = agent->pid();
  table.Add("MiB resident, agent at rest, 100 namespaces", StatusMib(pid, "VmRSS:"),
            kResidentMibBar,
            absl::StrFormat("anonymous %.1f, files %.1f, peak %.1f MiB", StatusMib(pid, "RssAnon:"),
                            StatusMib(pid, "RssFile:"), StatusMib(pid, "VmHWM:")));
  table.Add(
      "CPU of a round at rest / bare dumps of the 5 busy",
      absl::FDivDuration(round_cpu, bare / kRoundCount), kBareBar,
      absl::StrFormat("%s / %s, %d rounds of 10 s, the whole process", ShortDuration(round_cpu),
                      ShortDuration(bare / kRoundCount), kRoundCount));
}

}  // namespace berthmaster
