// What a sample costs the agent, against a bare receive loop of the same dump and against `ss
// -Htan`, in one run: design section 15. Needs root, makes a namespace of its own, takes about a
// minute. Exit code 1 when a bar is missed.
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/sock_diag_codec.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {
namespace {

constexpr int kRounds = 9;
constexpr uint16_t kFirstListenPort = 2000;
constexpr size_t kBufferBytes = 32 * 1024;
// Below the half of the range from which on connect() is slow.
constexpr int kTimeWaitPerDestination = 20000;
// Both ends of a connection are in one process, which may have 20,000 descriptors.
constexpr int kConnectionsPerProcess = 8000;
constexpr char kAddress[] = "10.9.0.1";
constexpr uint32_t kAddressBits = 0x0a090001;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(2);
}

// Of children that have been waited for.
absl::Duration ChildrenCpu() {
  rusage usage{};
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0) Die("getrusage");
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

sockaddr_in Address(uint16_t port_number) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_number);
  address.sin_addr.s_addr = htonl(kAddressBits);
  return address;
}

UniqueFd Listen(uint16_t listen_port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Address(listen_port);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(fd.get(), 128) != 0) {
    Die("listen");
  }
  return fd;
}

struct Connection {
  UniqueFd client;
  UniqueFd server;
};

Connection Open(const UniqueFd& listener, uint16_t listen_port) {
  Connection connection;
  connection.client = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Address(listen_port);
  if (connect(connection.client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) !=
      0) {
    Die("connect");
  }
  connection.server = UniqueFd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection.server.valid()) Die("accept");
  return connection;
}

// TIME_WAIT sockets by real short connections, the client closing first.
void MakeTimeWait(const ScopedNetns& netns, int socket_count) {
  netns.RunInside([&] {
    uint16_t listen_port = kFirstListenPort;
    for (int made = 0; made < socket_count; ++listen_port) {
      UniqueFd listener = Listen(listen_port);
      const int until = std::min(socket_count, made + kTimeWaitPerDestination);
      for (; made < until; ++made) Open(listener, listen_port);
    }
  });
}

// Processes that hold established connections, until the object goes.
class Holders {
 public:
  // Both ends count: `socket_count` sockets are half as many connections.
  Holders(const ScopedNetns& netns, int socket_count) {
    int left = socket_count / 2;
    for (uint16_t listen_port = kFirstListenPort; left > 0; ++listen_port) {
      const int connection_count = std::min(left, kConnectionsPerProcess);
      left -= connection_count;
      netns.RunInside([&] { Start(listen_port, connection_count); });
    }
  }
  ~Holders() {
    for (pid_t pid : pids_) kill(pid, SIGKILL);
    for (pid_t pid : pids_) waitpid(pid, nullptr, 0);
  }

 private:
  void Start(uint16_t listen_port, int connection_count) {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) Die("pipe");
    const pid_t pid = fork();
    if (pid < 0) Die("fork");
    if (pid == 0) Hold(listen_port, connection_count, ready[1]);
    char byte;
    if (read(ready[0], &byte, 1) != 1) Die("a holder");
    close(ready[0]);
    close(ready[1]);
    pids_.push_back(pid);
  }
  [[noreturn]] static void Hold(uint16_t listen_port, int connection_count, int ready) {
    UniqueFd listener = Listen(listen_port);
    std::vector<Connection> connections;
    for (int made = 0; made < connection_count; ++made) {
      connections.push_back(Open(listener, listen_port));
    }
    if (write(ready, "x", 1) != 1) _exit(1);
    while (true) pause();
  }
  std::vector<pid_t> pids_;
};

// The same dump as the agent's, received and not looked at.
absl::Duration BareLoop(const ScopedNetns& netns, const Clock& clock) {
  absl::Duration cpu;
  netns.RunInside([&] {
    std::vector<uint8_t> buffer(kBufferBytes);
    const absl::Duration before = clock.ThreadCpuNow();
    UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    const SockDiagRequest request =
        EncodeSockDiagRequest(SockDiagForm::kBothFamilies, kAllStatesMask, 1);
    if (send(fd.get(), request.bytes.data(), request.size, 0) < 0) Die("send");
    while (true) {
      if (recv(fd.get(), buffer.data(), buffer.size(), 0) <= 0) Die("recv");
      if (reinterpret_cast<const nlmsghdr*>(buffer.data())->nlmsg_type == NLMSG_DONE) break;
    }
    cpu = clock.ThreadCpuNow() - before;
  });
  return cpu;
}

absl::Duration RunSs(const ScopedNetns& netns) {
  const absl::Duration before = ChildrenCpu();
  netns.RunInside([] {
    const pid_t pid = fork();
    if (pid < 0) Die("fork");
    if (pid == 0) {
      const int null = open("/dev/null", O_WRONLY);
      dup2(null, STDOUT_FILENO);
      execlp("ss", "ss", "-Htan", static_cast<char*>(nullptr));
      _exit(127);
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || status != 0) Die("ss -Htan (Debian package iproute2)");
  });
  return ChildrenCpu() - before;
}

// Nothing when the sockets are there no more: TIME_WAIT ends after a minute, which a machine that
// is busy otherwise takes to make them.
std::optional<absl::Duration> RunAgent(HostSampler& sampler, int socket_count) {
  const HostSample sample = sampler.Sample().value();
  int in_use = 0;
  for (const PoolSample& pool : sample.namespaces.at(0).pools) in_use += pool.in_use;
  if (in_use >= socket_count / 2) return sample.cpu_time;
  std::printf("%d sockets in pools, %d in TIME_WAIT by sockstat: ", in_use,
              sample.namespaces[0].time_wait);
  return std::nullopt;
}

absl::Duration Median(std::vector<absl::Duration> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// One bar of design section 15.
bool CheckBar(const char* what, double ratio, double bar) {
  std::printf("    %-28s %5.2f   bar %.2f   %s\n", what, ratio, bar,
              ratio <= bar ? "ok" : "MISSED");
  return ratio <= bar;
}

bool Measure(const ScopedNetns& netns, const char* state, int socket_count, double ss_bar) {
  const LinuxClock clock;
  // Busy enough to be dumped at every sample.
  auto sampler = MakeLinuxHostSampler({{netns.name()}}, clock);
  std::vector<absl::Duration> agent;
  std::vector<absl::Duration> bare;
  std::vector<absl::Duration> ss;
  // Interleaved, so that a disturbance meets all three.
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(BareLoop(netns, clock));
    const std::optional<absl::Duration> agent_round = RunAgent(*sampler, socket_count);
    if (!agent_round.has_value()) {
      std::printf("%d %s: gone before they were measured; try on a quieter machine\n", socket_count,
                  state);
      return false;
    }
    agent.push_back(*agent_round);
    ss.push_back(RunSs(netns));
  }
  const absl::Duration agent_cpu = Median(agent);
  std::printf("%d %s: agent %.1f ms (%.0f ns a socket), bare loop %.1f ms, ss -Htan %.1f ms\n",
              socket_count, state, absl::ToDoubleMilliseconds(agent_cpu),
              absl::ToDoubleNanoseconds(agent_cpu) / socket_count,
              absl::ToDoubleMilliseconds(Median(bare)), absl::ToDoubleMilliseconds(Median(ss)));
  const bool is_bare_ok =
      CheckBar("agent / bare receive loop", absl::FDivDuration(agent_cpu, Median(bare)), 1.15);
  const bool is_ss_ok =
      CheckBar("agent / ss -Htan", absl::FDivDuration(agent_cpu, Median(ss)), ss_bar);
  return is_bare_ok && is_ss_ok;
}

std::unique_ptr<ScopedNetns> MakeNetns() {
  auto netns = ScopedNetns::Make();
  if (!netns.ok() || !(*netns)->AddAddress(kAddress).ok() ||
      !(*netns)->SetSysctl("net.ipv4.ip_local_port_range", "10000 60999").ok()) {
    Die(kNeedsRoot);
  }
  return *std::move(netns);
}

int Run() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) Die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) Die("setrlimit");
  std::printf("CPU of one sample of one namespace, median of %d interleaved rounds\n", kRounds);
  bool is_ok = true;
  for (int socket_count : {10000, 100000}) {
    auto netns = MakeNetns();
    MakeTimeWait(*netns, socket_count);
    is_ok &= Measure(*netns, "TIME_WAIT", socket_count, 0.3);
  }
  for (int socket_count : {10000, 100000}) {
    auto netns = MakeNetns();
    Holders holders(*netns, socket_count);
    is_ok &= Measure(*netns, "ESTABLISHED", socket_count, 0.6);
  }
  return is_ok ? 0 : 1;
}

}  // namespace
}  // namespace berthmaster

int main() { return berthmaster::Run(); }
