#include "tests/fleet/pods.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kStartLimit = absl::Seconds(20);
constexpr absl::Duration kPollInterval = absl::Milliseconds(2);
// What a forgotten pod lives for.
constexpr char kPodSeconds[] = "600";
// With TIME_WAIT for 60 s these fill six tenths of the narrow range.
constexpr char kLoadRate[] = "4";

[[noreturn]] void Die(absl::string_view what) {
  std::fprintf(stderr, "%s\n", std::string(what).c_str());
  std::abort();
}

std::string Link(const std::string& directory, const std::string& program) {
  std::filesystem::create_directory(directory);
  std::string path = absl::StrCat(directory, "/", kPodProcess);
  std::filesystem::create_symlink(std::filesystem::absolute(program), path);
  return path;
}

std::string FindSleep() {
  for (const char* path : {"/usr/bin/sleep", "/bin/sleep"}) {
    if (std::filesystem::exists(path)) return path;
  }
  Die("there is no sleep of coreutils");
}

// Until then it is ip, which an agent would take for the name of the pod's process.
void WaitUntilExecuted(const ChildProcess& process) {
  const absl::Time give_up = absl::Now() + kStartLimit;
  const std::string path = absl::StrCat("/proc/", process.pid(), "/comm");
  while (absl::Now() < give_up) {
    const std::string name = ReadFile(path, 256).value_or("");
    if (absl::StripSuffix(name, "\n") == kPodProcess) return;
    absl::SleepFor(kPollInterval);
  }
  Die(absl::StrCat("a pod's process does not start: ", process.Output()));
}

}  // namespace

Pods::Pods()
    : pause_path_(Link(programs_.path() + "/pause", FindSleep())),
      load_path_(Link(programs_.path() + "/load", BinaryPath("berthmaster-demo-workload"))) {
  for (int host = 0; host < kFleetHosts; ++host) {
    for (int i = 0; i < kPodsPerHost; ++i) {
      pods_.emplace_back().suffix = absl::StrCat("h", host, "-pod", i);
    }
  }
  MakeReady();
}

Pods::~Pods() {
  for (size_t i = 0; i < pods_.size(); ++i) End(i);
}

std::vector<std::string> Pods::NamesOn(size_t host) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < pods_.size(); ++i) {
    if (HostOf(i) == host) names.push_back(pods_[i].name);
  }
  return names;
}

size_t Pods::IndexOf(absl::string_view name) const {
  auto found =
      std::find_if(pods_.begin(), pods_.end(), [&](const Pod& pod) { return pod.name == name; });
  return static_cast<size_t>(found - pods_.begin());
}

void Pods::Make(Pod& pod, bool has_load) {
  pod.netns = std::make_unique<NamedNetns>(pod.suffix);
  pod.name = pod.netns->name();
  pod.netns->WriteSysctl(kFleetSysctl, kNarrowRange);
  pod.first_process = pod.netns->Start({pause_path_, kPodSeconds});
  WaitUntilExecuted(*pod.first_process);
  if (!has_load) return;
  pod.load = pod.netns->Start({load_path_, "--source", "10.9.0.1", "--destination", "10.9.0.2:8080",
                               "--rate", kLoadRate, "--seconds", kPodSeconds});
}

void Pods::MakeReady() {
  for (size_t i = 0; i < pods_.size(); ++i) {
    Pod& pod = pods_[i];
    if (pod.netns == nullptr) {
      Make(pod, i % (kPodsPerHost / 2) == 0);
    } else {
      pod.netns->WriteSysctl(kFleetSysctl, kNarrowRange);
    }
  }
}

void Pods::End(size_t index) {
  Pod& pod = pods_[index];
  pod.load.reset();
  pod.first_process.reset();
  pod.netns.reset();
}

void Pods::Succeed(size_t index) { Make(pods_[index], false); }

std::string Pods::LoadFailures() const {
  std::string failures;
  for (const Pod& pod : pods_) {
    if (pod.load == nullptr || !absl::StrContains(pod.load->Output(), "FAIL")) continue;
    absl::StrAppend(&failures, pod.name, ":\n", pod.load->Output());
  }
  return failures;
}

}  // namespace berthmaster
