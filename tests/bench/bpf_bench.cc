// What BPF costs: closed ports, in both ways of reading them, against a dump of the same sockets by
// netlink, and a connection with and without the watch, in one run. Needs root, makes a namespace
// of its own, takes about ten seconds.
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/kernel/bpf/bpf_bind_ownership.h"
#include "agent/kernel/bpf/bpf_connect_watch.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "common/clock/clock.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

constexpr int kRounds = 9;
constexpr uint16_t kServerPort = 9000;
constexpr int kConnectionsPerRound = 5000;
// To each of the two destinations; below the half of the range, from which on connect() is slow.
constexpr int kTimeWaitPerDestination = 13'000;
// Both ends are here, and a process may have 20,000 descriptors.
constexpr int kEstablishedCount = 9'000;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(2);
}

absl::Duration Median(std::vector<absl::Duration> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

absl::Duration Measure(absl::FunctionRef<void()> work) {
  const LinuxClock clock;
  const absl::Duration before = clock.ThreadCpuNow();
  work();
  return clock.ThreadCpuNow() - before;
}

ConnectOptions To(const std::string& destination) {
  ConnectOptions options;
  options.destination = destination;
  options.destination_port = kServerPort;
  return options;
}

UniqueFd Listen() {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(kServerPort);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)) != 0 ||
      listen(fd.get(), SOMAXCONN) != 0) {
    Die("cannot listen");
  }
  return fd;
}

// Opened here, accepted, and ended by a reset, which leaves nothing behind.
void OpenAndReset(const UniqueFd& listener, int count) {
  const linger reset = {.l_onoff = 1, .l_linger = 0};
  for (int done = 0; done < count; ++done) {
    ConnectResult client = Connect(To("127.0.0.3"));
    const UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted.valid()) Die("no connection to accept");
    setsockopt(client.fd.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  }
}

// Opened here, accepted, and closed here first, which leaves TIME_WAIT. Each call goes to a
// destination of its own, so that all are below the half of the range.
void OpenAndClose(const UniqueFd& listener, int count) {
  static int call_count = 0;
  const std::string destination = absl::StrCat("127.1.0.", ++call_count);
  for (int done = 0; done < count; ++done) {
    ConnectResult client = Connect(To(destination));
    const UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted.valid()) Die("no connection to accept");
    client.fd = UniqueFd();
  }
}

std::unique_ptr<ConnectWatch> MakeWatch() {
  auto watch = MakeBpfConnectWatch();
  if (!watch.ok()) Die(watch.status().ToString());
  return *std::move(watch);
}

using ConnectionWork = void (*)(const UniqueFd& listener, int count);

void CompareConnections(const UniqueFd& listener, const char* what, ConnectionWork work) {
  std::vector<absl::Duration> without;
  std::vector<absl::Duration> with;
  for (int round = 0; round < kRounds; ++round) {
    without.push_back(Measure([&] { work(listener, kConnectionsPerRound); }));
    const auto watch = MakeWatch();
    with.push_back(Measure([&] { work(listener, kConnectionsPerRound); }));
  }
  std::printf("  a connection, %s: %.2f us, with the watch %.2f us, ratio %.3f\n", what,
              absl::ToDoubleMicroseconds(Median(without)) / kConnectionsPerRound,
              absl::ToDoubleMicroseconds(Median(with)) / kConnectionsPerRound,
              absl::FDivDuration(Median(with), Median(without)));
}

void MeasureTake(const UniqueFd& listener) {
  const auto watch = MakeWatch();
  std::vector<absl::Duration> takes;
  for (int round = 0; round < kRounds; ++round) {
    OpenAndReset(listener, 1);
    takes.push_back(Measure([&] { static_cast<void>(watch->Take()); }));
  }
  std::printf("  Take() of one pool: %.0f us of CPU\n", absl::ToDoubleMicroseconds(Median(takes)));
}

// What the kernel itself measures of the watch's program while `work` runs.
void PrintProgramTimes(absl::FunctionRef<void()> work) {
  const UniqueFd stats(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!stats.valid()) return;
  const auto watch = MakeWatch();
  work();
  uint32_t id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0) {
    const UniqueFd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    if (!program.valid() || bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0) continue;
    if (!absl::StartsWith(info.name, "on_state_change") || info.run_cnt == 0) continue;
    std::printf("  %s: %.0f ns each of %llu runs\n", info.name,
                static_cast<double>(info.run_time_ns) / static_cast<double>(info.run_cnt),
                info.run_cnt);
  }
}

std::unique_ptr<BindOwnershipReader> MakeReader(BindOwnershipWay way) {
  auto reader = MakeBpfBindOwnershipReader(way);
  if (!reader.ok()) Die(reader.status().ToString());
  return *std::move(reader);
}

void CompareWalks(const NetnsEntry& netns, const char* what) {
  const auto by_buckets = MakeReader(BindOwnershipWay::kBuckets);
  const auto by_sockets = MakeReader(BindOwnershipWay::kSockets);
  auto read = [&netns](BindOwnershipReader& reader) {
    return Measure([&] {
      if (!reader.ReadClosedPorts(netns).ok()) Die("the walk failed");
    });
  };
  LinuxSocketDump dump;
  int row_count = 0;
  std::vector<absl::Duration> buckets;
  std::vector<absl::Duration> sockets;
  std::vector<absl::Duration> dumps;
  for (int round = 0; round < kRounds; ++round) {
    buckets.push_back(read(*by_buckets));
    sockets.push_back(read(*by_sockets));
    row_count = 0;
    dumps.push_back(Measure([&] {
      if (!dump.Visit(netns, [&row_count](const SocketRow&) { ++row_count; }).ok()) {
        Die("the dump failed");
      }
    }));
  }
  std::printf(
      "  %5d sockets, %s: buckets %.2f ms, iter/tcp %.2f ms, dump %.2f ms; buckets to dump %.2f\n",
      row_count, what, absl::ToDoubleMilliseconds(Median(buckets)),
      absl::ToDoubleMilliseconds(Median(sockets)), absl::ToDoubleMilliseconds(Median(dumps)),
      absl::FDivDuration(Median(buckets), Median(dumps)));
}

// In a namespace that takes its TIME_WAIT with it.
void CompareConnections() {
  const auto netns = ScopedNetns::Make();
  if (!netns.ok()) Die(netns.status().ToString());
  (*netns)->RunInside([] {
    const UniqueFd listener = Listen();
    CompareConnections(listener, "opened and reset", OpenAndReset);
    CompareConnections(listener, "opened and closed", OpenAndClose);
    MeasureTake(listener);
    PrintProgramTimes([&listener] { OpenAndClose(listener, kConnectionsPerRound); });
  });
}

void Run(const ScopedNetns& netns) {
  const UniqueFd listener = Listen();
  NetnsEntry entry;
  entry.id = netns.id();
  entry.fd = std::make_shared<const UniqueFd>();

  CompareWalks(entry, "nearly none");
  {
    std::vector<UniqueFd> fds;
    for (int made = 0; made < kEstablishedCount; ++made) {
      fds.push_back(Connect(To("127.0.0.4")).fd);
      fds.emplace_back(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fds.back().valid()) Die("no connection to accept");
    }
    CompareWalks(entry, "established");
  }
  for (const char* destination : {"127.0.0.5", "127.0.0.6"}) {
    for (int made = 0; made < kTimeWaitPerDestination; ++made) {
      const ConnectResult client = Connect(To(destination));
      const UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!accepted.valid()) Die("no connection to accept");
    }
  }
  CompareWalks(entry, "TIME_WAIT for the most part");
}

}  // namespace
}  // namespace berthmaster

int main() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  berthmaster::CompareConnections();
  auto netns = berthmaster::ScopedNetns::Make();
  if (!netns.ok()) berthmaster::Die(netns.status().ToString());
  (*netns)->RunInside([&netns] { berthmaster::Run(**netns); });
  return 0;
}
