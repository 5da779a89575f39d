#include "tests/bench/bench_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/proc_net.h"
#include "tests/process/child_process.h"

namespace berthmaster {
namespace {

constexpr uint32_t kSourceBits = 0x0a090001;  // 10.9.0.1
// 10.8.0.1, the first of the destinations.
constexpr uint32_t kFirstDestinationBits = 0x0a080001;
constexpr uint16_t kDestinationPort = 443;
// Below the hard limit that a shell on Debian may have.
constexpr int kSocketsPerHolder = 18000;
constexpr int kTimeWaitThreads = 2;
constexpr int kFinsOnTheWayMax = 250;
// A millisecond each.
constexpr int kAwaitTriesMax = 10000;

// Which of the TCP_REPAIR_QUEUEs (net/ipv4/tcp.c), and how repair mode ends without a packet.
constexpr int kSendQueue = 2;
constexpr int kRepairOn = 1;
constexpr int kRepairOffNoProbe = -1;

void SetTcpOption(const UniqueFd& fd, int option, int value) {
  if (setsockopt(fd.get(), IPPROTO_TCP, option, &value, sizeof(value)) != 0) {
    Die("TCP_REPAIR (CAP_NET_ADMIN)");
  }
}

sockaddr_in Destination(int index) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kDestinationPort);
  address.sin_addr.s_addr = htonl(kFirstDestinationBits + static_cast<uint32_t>(index));
  return address;
}

// A socket in repair mode goes to ESTABLISHED at once, with both sequence numbers 0; the port is
// chosen as for any connect().
UniqueFd Establish(const sockaddr_in& destination) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) Die("socket");
  SetTcpOption(fd, TCP_REPAIR, kRepairOn);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&destination), sizeof(destination)) !=
      0) {
    Die("connect");
  }
  return fd;
}

uint16_t LocalPort(const UniqueFd& fd) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) Die("getsockname");
  return ntohs(address.sin_port);
}

// The one's complement sum of RFC 1071.
uint32_t AddWords(const void* bytes, size_t size, uint32_t sum) {
  for (size_t at = 0; at < size; at += sizeof(uint16_t)) {
    uint16_t word;
    std::memcpy(&word, static_cast<const char*>(bytes) + at, sizeof(word));
    sum += word;
  }
  return sum;
}

uint16_t Checksum(uint32_t sum) {
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// The peer's FIN, which acknowledges ours.
struct FinPacket {
  iphdr ip{};
  tcphdr tcp{};
};

FinPacket MakeFin(const sockaddr_in& from, uint16_t to_port) {
  FinPacket packet;
  packet.ip.version = 4;
  packet.ip.ihl = sizeof(iphdr) / 4;
  packet.ip.ttl = 64;
  packet.ip.protocol = IPPROTO_TCP;
  packet.ip.tot_len = htons(sizeof(FinPacket));
  packet.ip.saddr = from.sin_addr.s_addr;
  packet.ip.daddr = htonl(kSourceBits);
  packet.tcp.source = from.sin_port;
  packet.tcp.dest = htons(to_port);
  packet.tcp.ack_seq = htonl(1);
  packet.tcp.doff = sizeof(tcphdr) / 4;
  packet.tcp.fin = 1;
  packet.tcp.ack = 1;
  packet.tcp.window = htons(1000);
  uint32_t sum = htons(IPPROTO_TCP) + htons(sizeof(tcphdr));
  sum = AddWords(&packet.ip.saddr, 2 * sizeof(packet.ip.saddr), sum);
  packet.tcp.check = Checksum(AddWords(&packet.tcp, sizeof(tcphdr), sum));
  return packet;
}

// The mini-sockets of the namespace that the thread is in.
int64_t TimeWaitCount() {
  SockstatCounts counts;
  const auto text = ReadFile("/proc/thread-self/net/sockstat", 4096);
  if (!text.ok() || !AddSockstat(*text, counts).ok()) Die("sockstat");
  return counts.time_wait;
}

// Waits until all but a few of the `closed_count` sockets have seen the peer's FIN: it waits in a
// queue of 1000 (net.core.netdev_max_backlog) when the machine is busy, which drops the rest.
void AwaitTimeWait(int64_t closed_count) {
  for (int tries = 0; closed_count - TimeWaitCount() > kFinsOnTheWayMax; ++tries) {
    if (tries == kAwaitTriesMax) Die("sockets do not come to TIME_WAIT");
    poll(nullptr, 0, 1);
  }
}

// Every `step`-th destination from `destination_index` on, until its share is made.
void MakeTimeWaitTo(int destination_index, int step, int socket_count,
                    std::atomic<int64_t>& closed_count) {
  UniqueFd raw(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
  if (!raw.valid()) Die("a raw socket (CAP_NET_RAW)");
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(kSourceBits);
  for (; destination_index * kSocketsPerDestination < socket_count; destination_index += step) {
    const sockaddr_in destination = Destination(destination_index);
    const int wanted =
        std::min(kSocketsPerDestination, socket_count - destination_index * kSocketsPerDestination);
    for (int made = 0; made < wanted; ++made) {
      UniqueFd fd = Establish(destination);
      SetTcpOption(fd, TCP_REPAIR_QUEUE, kSendQueue);
      if (shutdown(fd.get(), SHUT_WR) != 0) Die("shutdown");
      SetTcpOption(fd, TCP_REPAIR, kRepairOffNoProbe);
      const FinPacket fin = MakeFin(destination, LocalPort(fd));
      fd = UniqueFd();
      if (sendto(raw.get(), &fin, sizeof(fin), 0, reinterpret_cast<sockaddr*>(&source),
                 sizeof(source)) < 0) {
        Die("send a FIN");
      }
      if (++closed_count % kFinsOnTheWayMax == 0) AwaitTimeWait(closed_count);
    }
  }
}

void RunIp(const ScopedNetns& netns, std::vector<std::string> arguments) {
  std::vector<std::string> command = {"ip", "-n", netns.name()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto ip = ChildProcess::Start(command);
  if (ip->WaitForExit(absl::Seconds(30)) == 0) return;
  Die(absl::StrCat("ip (Debian package iproute2): ", ip->Output()).c_str());
}

void Check(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString().c_str());
}

}  // namespace

void Die(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, strerrordesc_np(errno));
  std::exit(2);
}

std::unique_ptr<ScopedNetns> MakeBenchNetns() {
  auto made = ScopedNetns::Make();
  if (!made.ok()) Die(kNeedsRoot);
  std::unique_ptr<ScopedNetns> netns = *std::move(made);
  Check(netns->SetSysctl("net.ipv4.ip_local_port_range", "10000 60999"));
  Check(netns->SetSysctl("net.ipv4.tcp_max_tw_buckets", "2000000"));
  // Not by AddAddress(), which takes the whole of 10.0.0.0/8 with it.
  RunIp(*netns, {"address", "add", "10.9.0.1/32", "dev", "lo"});
  // Frames to the other end carry no address that it knows as its own, so it drops them.
  RunIp(*netns, {"link", "add", "lossy", "type", "veth", "peer", "name", "far"});
  RunIp(*netns, {"link", "set", "far", "arp", "off", "up"});
  RunIp(*netns, {"link", "set", "lossy", "arp", "off", "up"});
  RunIp(*netns, {"route", "add", "10.8.0.0/16", "dev", "lossy", "src", "10.9.0.1"});
  return netns;
}

void MakeTimeWait(const ScopedNetns& netns, int socket_count) {
  std::atomic<int64_t> closed_count = 0;
  std::vector<std::thread> threads;
  threads.reserve(kTimeWaitThreads);
  for (int i = 0; i < kTimeWaitThreads; ++i) {
    threads.emplace_back([&, i] {
      netns.RunInside([&] { MakeTimeWaitTo(i, kTimeWaitThreads, socket_count, closed_count); });
    });
  }
  for (std::thread& thread : threads) thread.join();
}

EstablishedSockets::EstablishedSockets(const ScopedNetns& netns, int socket_count) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("pipe");
  life_read_ = UniqueFd(ends[0]);
  life_write_ = UniqueFd(ends[1]);
  for (int first = 0; first < socket_count; first += kSocketsPerHolder) {
    StartHolder(netns, first, std::min(socket_count, first + kSocketsPerHolder));
  }
}

EstablishedSockets::~EstablishedSockets() {
  // The end of the pipe is not enough: holders that were started later have it too.
  for (pid_t pid : pids_) kill(pid, SIGKILL);
  for (pid_t pid : pids_) waitpid(pid, nullptr, 0);
}

void EstablishedSockets::StartHolder(const ScopedNetns& netns, int first, int last) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("pipe");
  UniqueFd ready_read(ends[0]);
  UniqueFd ready_write(ends[1]);
  netns.RunInside([&] {
    const pid_t pid = fork();
    if (pid < 0) Die("fork");
    if (pid > 0) {
      pids_.push_back(pid);
      return;
    }
    life_write_ = UniqueFd();
    for (int i = first; i < last; ++i) {
      UniqueFd fd = Establish(Destination(i / kSocketsPerDestination));
      // It stays in repair mode, so that it goes without a FIN: half a million orphans would take
      // minutes, and the kernel allows 131,072 on the whole host.
      fd.release();
    }
    char byte = 'x';
    if (write(ready_write.get(), &byte, 1) != 1) _exit(1);
    while (read(life_read_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    _exit(0);
  });
  ready_write = UniqueFd();
  char byte;
  if (read(ready_read.get(), &byte, 1) != 1) Die("a process that holds sockets has ended");
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) Die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) Die("setrlimit");
  if (limit.rlim_max < kSocketsPerHolder + 100) Die("the hard limit of descriptors is below 18100");
}

}  // namespace berthmaster
