#include "tests/fleet/fleet.h"

#include <signal.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kStartLimit = absl::Seconds(60);
constexpr absl::Duration kStopLimit = absl::Seconds(20);

std::vector<std::string> FlagsOf(const Fleet::Times& times) {
  return {"--soak",          absl::FormatDuration(times.soak),
          "--lease",         absl::FormatDuration(times.lease),
          "--apply-timeout", absl::FormatDuration(times.apply_timeout)};
}

}  // namespace

Fleet::Fleet(const Pods& pods, Times times, absl::Duration sampled_for)
    : pods_(pods), controller_(FlagsOf(times)) {
  agents_.resize(kFleetHosts);
  for (size_t host = 0; host < agents_.size(); ++host) {
    state_directories_.push_back(std::make_unique<TempDirectory>());
    StartAgent(host);
  }
  if (!people().WaitForSamples(kFleetHosts, kPodsPerHost, sampled_for, kStartLimit)) {
    std::fprintf(stderr, "not all pods are sampled%s\n", Logs().c_str());
    std::abort();
  }
}

Fleet::~Fleet() {
  SignalAgents(SIGTERM);
  for (const auto& agent : agents_) {
    if (agent->WaitForExit(kStopLimit) < 0) {
      std::fprintf(stderr, "an agent does not stop:\n%s\n", agent->Output().c_str());
    }
  }
  controller_.Stop();
}

void Fleet::KillAgent(size_t host) {
  agents_[host]->Signal(SIGKILL);
  agents_[host]->WaitForExit(kStopLimit);
}

void Fleet::StartAgent(size_t host) {
  const std::string& state = state_directories_[host]->path();
  std::vector<std::string> command = {BinaryPath("berthmaster-agent"),
                                      "--controller",
                                      controller_.address(),
                                      "--host-id",
                                      absl::StrCat("fleet-", host),
                                      "--profile",
                                      "enforce",
                                      "--state-dir",
                                      state,
                                      "--sysctl-d-dir",
                                      absl::StrCat(state, "/sysctl.d"),
                                      "--sample-interval",
                                      "500ms",
                                      "--cpu-budget",
                                      "100%",
                                      "--metrics-listen",
                                      "off"};
  for (const std::string& name : pods_.NamesOn(host)) {
    command.insert(command.end(), {"--netns", name});
  }
  agents_[host] = ChildProcess::Start(command);
}

void Fleet::SignalAgents(int signal_number) {
  for (const auto& agent : agents_) agent->Signal(signal_number);
}

std::string Fleet::Logs() const {
  std::string logs = absl::StrCat("\n--- controller\n", controller_.Log());
  for (size_t host = 0; host < agents_.size(); ++host) {
    absl::StrAppend(&logs, "--- agent of fleet-", host, "\n", agents_[host]->Output());
  }
  return logs;
}

}  // namespace berthmaster
