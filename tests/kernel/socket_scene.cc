#include "tests/kernel/socket_scene.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "agent/kernel/sockets/sock_diag_codec.h"
#include "common/clock/clock.h"
#include "common/net/ip_address.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kRestWaitMax = absl::Seconds(20);
constexpr int kPollMs = 10;
// Of a listener that accepts nothing.
constexpr int kQueueBacklog = 16;
// TIME_WAIT with less than this left is reusable whatever the resolution of the source.
constexpr uint32_t kReusableExpiresMs = 58000;

void Require(bool condition, absl::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "the scene cannot be made: %s\n", std::string(what).c_str());
  std::abort();
}

// Beyond tcp_max_orphans a connection that is closed is reset at once (tcp_check_oom); the kernel
// counts loosely.
absl::Status CheckOrphans() {
  constexpr double kShareMax = 0.8;
  const std::string sockstat = ReadFile("/proc/net/sockstat", 4096).value();
  const std::string limit = ReadFile("/proc/sys/net/ipv4/tcp_max_orphans", 64).value();
  const size_t at = sockstat.find(" orphan ");
  const int orphan_count = at == std::string::npos ? 0 : std::atoi(sockstat.c_str() + at + 8);
  const int count_max = std::atoi(limit.c_str());
  if (orphan_count <= kShareMax * count_max) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the host has ", orphan_count, " of ", count_max,
      " orphaned sockets, beyond which nothing is left in TIME_WAIT; run this test later"));
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress MakeAddress(absl::string_view text, uint16_t port_number) {
  const IpAddress address = IpAddress::Parse(text).value();
  SocketAddress result;
  if (address.is_v4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port_number);
    std::memcpy(&v4->sin_addr, address.data(), address.size());
    result.size = sizeof(*v4);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port_number);
    std::memcpy(&v6->sin6_addr, address.data(), address.size());
    result.size = sizeof(*v6);
  }
  return result;
}

UniqueFd Bound(absl::string_view text, uint16_t port_number, int type = SOCK_STREAM) {
  SocketAddress address = MakeAddress(text, port_number);
  UniqueFd fd(socket(address.storage.ss_family, type | SOCK_CLOEXEC, 0));
  Require(bind(fd.get(), address.get(), address.size) == 0, absl::StrCat("bind ", text));
  return fd;
}

void ConnectTo(const UniqueFd& fd, absl::string_view text, uint16_t port_number) {
  SocketAddress address = MakeAddress(text, port_number);
  Require(connect(fd.get(), address.get(), address.size) == 0, absl::StrCat("connect ", text));
}

std::vector<SeenSocket> See(
    const NetnsEntry& entry,
    absl::FunctionRef<absl::Status(const NetnsEntry&, absl::FunctionRef<void(const SocketRow&)>)>
        visit) {
  std::vector<SeenSocket> seen;
  NetnsThread thread;
  absl::Status status = thread.Run([&] {
    return visit(entry, [&seen](const SocketRow& row) {
      SeenSocket& one = seen.emplace_back();
      one.row = row;
      one.has_cgroup = CgroupId(row).has_value() || !row.cgroup.empty();
      one.row.attributes = {};
      one.row.cgroup = {};
    });
  });
  Require(status.ok(), status.ToString());
  return seen;
}

}  // namespace

std::vector<SeenSocket> SeeTcp(SocketDump& dump, const NetnsEntry& entry) {
  return See(entry,
             [&dump](const NetnsEntry& netns, auto visit) { return dump.Visit(netns, visit); });
}

std::vector<SeenSocket> SeeUdp(SocketDump& dump, const NetnsEntry& entry) {
  return See(entry,
             [&dump](const NetnsEntry& netns, auto visit) { return dump.VisitUdp(netns, visit); });
}

absl::StatusOr<std::unique_ptr<SocketScene>> SocketScene::Make() {
  if (!CanMakeNetns()) return absl::UnavailableError(kNeedsRoot);
  const absl::Status orphans = CheckOrphans();
  if (!orphans.ok()) return orphans;
  std::unique_ptr<SocketScene> scene(new SocketScene(ScopedNetns::Make().value()));
  const LinuxClock clock;
  const absl::Duration end = clock.MonotonicNow() + kRestWaitMax;
  while (!scene->IsAtRest()) {
    const absl::Status orphans_now = CheckOrphans();
    if (!orphans_now.ok()) return orphans_now;
    Require(clock.MonotonicNow() < end, "it does not come to rest");
    poll(nullptr, 0, kPollMs);
  }
  return scene;
}

SocketScene::SocketScene(std::unique_ptr<ScopedNetns> netns) : netns_(std::move(netns)) {
  entry_.id = netns_->id();
  entry_.label = netns_->name();
  entry_.fd = std::make_shared<const UniqueFd>(
      open(absl::StrCat("/run/netns/", netns_->name()).c_str(), O_RDONLY | O_CLOEXEC));
  for (const char* address : {"10.9.0.1", "10.9.0.2", "10.9.0.3", "fd00::1", "fd00::2"}) {
    Require(netns_->AddAddress(address).ok(), address);
  }
  Require(netns_->SetSysctl("net.ipv4.ip_local_port_range", "40000 40199").ok(), "range");
  Require(netns_->SetSysctl("net.ipv4.tcp_tw_reuse", "1").ok(), "tcp_tw_reuse");
  netns_->RunInside([this] { MakeBound(); });
  MakeConnections();
}

void SocketScene::MakeBound() {
  for (uint16_t listen_port : {uint16_t{40101}, uint16_t{40102}, uint16_t{40103}}) {
    const char* address = listen_port == 40101 ? "::" : listen_port == 40102 ? "::1" : "0.0.0.0";
    fds_.push_back(Bound(address, listen_port));
    Require(listen(fds_.back().get(), kQueueBacklog) == 0, "listen");
  }
  fds_.push_back(Bound("10.9.0.2", 8082));
  Require(listen(fds_.back().get(), kQueueBacklog) == 0, "listen");
  fds_.push_back(Bound("10.9.0.2", 8085));
  const int defer_seconds = 100;
  Require(setsockopt(fds_.back().get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer_seconds,
                     sizeof(defer_seconds)) == 0,
          "TCP_DEFER_ACCEPT");
  Require(listen(fds_.back().get(), kQueueBacklog) == 0, "listen");

  fds_.push_back(Bound("10.9.0.1", 40110));
  fds_.push_back(Bound("::1", 40111));
  fds_.push_back(Bound("10.9.0.1", 40120));
  ConnectTo(fds_.back(), "10.9.0.1", 40120);

  fds_.push_back(Bound("10.9.0.1", 5353, SOCK_DGRAM));
  fds_.push_back(Bound("10.9.0.1", 40130, SOCK_DGRAM));
  fds_.push_back(Bound("::", 5354, SOCK_DGRAM));
  fds_.push_back(UniqueFd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  ConnectTo(fds_.back(), "10.9.0.1", 5353);
}

void SocketScene::MakeConnections() {
  const auto serve = [this](absl::string_view address, uint16_t listen_port, ServerMode mode) {
    servers_.push_back(TestServer::Make(*netns_, address, listen_port, mode).value());
  };
  serve("10.9.0.2", 8080, ServerMode::kClosesSecond);
  serve("10.9.0.2", 8081, ServerMode::kClosesFirst);
  serve("10.9.0.2", 8083, ServerMode::kAcceptsNothing);
  serve("fd00::2", 8084, ServerMode::kClosesSecond);
  serve("10.9.0.3", 40100, ServerMode::kClosesSecond);
  serve("fd00::2", 9000, ServerMode::kClosesSecond);

  const auto keep = [this](const ConnectOptions& options, int count) {
    FillResult fill = Fill(options, count);
    Require(fill.error_number == 0, options.destination);
    for (UniqueFd& fd : fill.fds) fds_.push_back(std::move(fd));
  };
  const auto await_close = [](const UniqueFd& fd) {
    char byte;
    Require(recv(fd.get(), &byte, 1, 0) == 0, "the server does not close");
  };
  netns_->RunInside([&] {
    ConnectOptions options = {
        .source = "10.9.0.1", .destination = "10.9.0.2", .destination_port = 8080};
    keep(options, 3);
    options.is_mapped = true;
    keep(options, 2);
    options.is_mapped = false;
    // All at once, so that tcp_tw_reuse does not take one over.
    { Require(Fill(options, 4).error_number == 0, "8080"); }

    options.destination_port = 8081;
    keep(options, 2);
    await_close(fds_[fds_.size() - 1]);
    await_close(fds_[fds_.size() - 2]);
    {
      FillResult closed = Fill(options, 3);
      Require(closed.error_number == 0, "8081");
      for (const UniqueFd& fd : closed.fds) await_close(fd);
    }
    options.destination_port = 8082;
    { Require(Fill(options, 2).error_number == 0, "8082"); }
    options.destination_port = 8085;
    keep(options, 1);
    options.destination_port = 8083;
    options.is_nonblocking = true;
    keep(options, 3);

    options = {.source = "fd00::1", .destination = "fd00::2", .destination_port = 8084};
    keep(options, 2);
    { Require(Fill(options, 1).error_number == 0, "8084"); }
    keep({.source = "10.9.0.1", .destination = "10.9.0.3", .destination_port = 40100}, 1);
  });
}

// Whether all closing has come to its end, and all TIME_WAIT is old enough to be reusable.
bool SocketScene::IsAtRest() {
  LinuxSocketDump dump;
  int time_wait_count = 0;
  int fin_wait_2_count = 0;
  int moving_count = 0;
  for (const SeenSocket& seen : SeeTcp(dump, entry_)) {
    const SocketRow& row = seen.row;
    if (row.state == TcpState::kTimeWait && row.expires_ms < kReusableExpiresMs) ++time_wait_count;
    if (row.state == TcpState::kFinWait2 && row.is_mini) ++fin_wait_2_count;
    if (row.state == TcpState::kFinWait1 || row.state == TcpState::kLastAck) ++moving_count;
    if (row.state == TcpState::kFinWait2 && !row.is_mini) ++moving_count;
  }
  return time_wait_count == kTimeWaitCount && fin_wait_2_count == kFinWait2MiniCount &&
         moving_count == 0 && servers_[0]->accepted_count() == 9 &&
         servers_[3]->accepted_count() == 3 && servers_[4]->accepted_count() == 1;
}

}  // namespace berthmaster
