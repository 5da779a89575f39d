// What it costs to know the network namespaces of a host and what they are called, and to look for
// the owners of sockets: CPU time of one thread, on a host with 200 more namespaces and 2000 more
// processes. Needs root, makes both itself, takes some seconds.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_mounts.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/netns/process_netns.h"
#include "agent/kernel/sockets/linux_socket_owners.h"
#include "common/clock/clock.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/mounted_netns.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

constexpr int kNamespaces = 200;
constexpr int kProcesses = 2000;
constexpr int kRounds = 12;

// Processes that wait, until the object goes.
class Processes {
 public:
  explicit Processes(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t pid = fork();
      if (pid < 0) break;
      if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true) pause();
      }
      pids_.push_back(pid);
    }
  }
  ~Processes() {
    for (const pid_t pid : pids_) kill(pid, SIGKILL);
    for (const pid_t pid : pids_) waitpid(pid, nullptr, 0);
  }
  int count() const { return static_cast<int>(pids_.size()); }

 private:
  std::vector<pid_t> pids_;
};

// Prints the first round, in which everything is new, and the median of the later half.
void Measure(const char* what, const std::function<void()>& round) {
  const LinuxClock clock;
  std::vector<double> milliseconds;
  for (int i = 0; i < kRounds; ++i) {
    const absl::Duration before = clock.ThreadCpuNow();
    round();
    milliseconds.push_back(absl::ToDoubleMilliseconds(clock.ThreadCpuNow() - before));
  }
  const double first = milliseconds.front();
  std::vector<double> later(milliseconds.begin() + kRounds / 2, milliseconds.end());
  std::sort(later.begin(), later.end());
  std::printf("%-44s first %7.2f ms   then %7.2f ms\n", what, first, later[later.size() / 2]);
}

int Run() {
  if (!CanMakeNetns()) {
    std::printf("%s\n", kNeedsRoot);
    return 0;
  }
  TempDirectory files;
  std::vector<std::unique_ptr<MountedNetns>> namespaces;
  namespaces.reserve(kNamespaces);
  for (int i = 0; i < kNamespaces; ++i) {
    namespaces.push_back(MountedNetns::Make(absl::StrCat(files.path(), "/", i)).value());
  }
  const Processes processes(kProcesses);
  std::printf("%d more namespaces, %d more processes; CPU time\n", kNamespaces, processes.count());

  FakeClock clock;
  LinuxNetnsDirectory directory({}, clock);
  ProcessNetns process_netns;
  NetnsMounts mounts("/proc/self");
  LinuxSocketOwners owners;
  NetnsThread thread;
  const absl::Status status = thread.Run([&] {
    Measure("a look at the processes", [&] { process_netns.Look(); });
    Measure("a look at the mounts, unchanged", [&] { mounts.Read(); });
    Measure("a listing with a scan", [&] {
      clock.Advance(kScanInterval);
      if (!directory.List().ok()) std::abort();
    });
    Measure("a listing between scans", [&] {
      if (!directory.List().ok()) std::abort();
    });
    Measure("a search for the owner of a socket of nobody", [&] {
      if (!owners.Find({1}).ok()) std::abort();
    });
    return absl::OkStatus();
  });
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace berthmaster

int main() { return berthmaster::Run(); }
