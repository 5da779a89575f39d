#include "tests/bench/bench_dump.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>

#include "agent/collect/pool_aggregator.h"
#include "agent/collect/port_space.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "agent/kernel/sockets/sock_diag_codec.h"
#include "agent/kernel/sockets/without_net_admin.h"
#include "common/clock/clock.h"
#include "tests/bench/bench_sockets.h"

namespace berthmaster {
namespace {

// What the kernel makes a dump's messages of at most.
constexpr size_t kBufferBytes = 32 * 1024;

// Of children that have been waited for.
absl::Duration ChildrenCpu() {
  rusage usage{};
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0) Die("getrusage");
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace

absl::Duration BareDumpCpu(const ScopedNetns& netns) {
  const LinuxClock clock;
  absl::Duration cpu;
  netns.RunInside([&] {
    std::vector<uint8_t> buffer(kBufferBytes);
    const absl::Duration before = clock.ThreadCpuNow();
    // As the agent asks for it, so that it is the same dump.
    const WithoutNetAdmin cheaper;
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

absl::Duration PoolsDumpCpu(const ScopedNetns& netns) {
  const LinuxClock clock;
  // Its buffer is made once, as in the agent.
  LinuxSocketDump dump;
  absl::Duration cpu;
  netns.RunInside([&] {
    std::map<std::string, std::string> sysctls;
    for (const char* sysctl : {"net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
                               "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_timestamps"}) {
      sysctls.emplace(sysctl, ReadSysctlFile(sysctl).value());
    }
    const PortSpace space = ReadPortSpace(sysctls).value();
    const absl::Duration before = clock.ThreadCpuNow();
    PoolAggregator aggregator({.space = space, .sysctls = sysctls, .recent_listeners = {}});
    const absl::Status status =
        dump.VisitCurrent([&](const SocketRow& row) { aggregator.Visit(row); });
    if (!status.ok()) Die(status.ToString().c_str());
    if (aggregator.Finish().pools.empty()) Die("a dump without a pool");
    cpu = clock.ThreadCpuNow() - before;
  });
  return cpu;
}

absl::Duration SsCpu(const ScopedNetns& netns) {
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

absl::Duration ProcessCpu(pid_t pid) {
  clockid_t process_clock;
  timespec used{};
  if (clock_getcpuclockid(pid, &process_clock) != 0 || clock_gettime(process_clock, &used) != 0) {
    Die("the CPU clock of a process");
  }
  return absl::DurationFromTimespec(used);
}

absl::Duration Median(std::vector<absl::Duration> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace berthmaster
