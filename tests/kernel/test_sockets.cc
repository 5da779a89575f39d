#include "tests/kernel/test_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "tests/kernel/socket_address.h"

namespace berthmaster {
namespace {

constexpr int kBacklog = 4096;

UniqueFd MakeEvent() { return UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

void Wake(const UniqueFd& event) {
  const uint64_t one = 1;
  if (write(event.get(), &one, sizeof(one)) < 0) std::abort();
}

void Watch(const UniqueFd& epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestServer>> TestServer::Make(const ScopedNetns& netns,
                                                             absl::string_view address,
                                                             uint16_t listen_port, ServerMode mode,
                                                             bool is_reuse_address) {
  std::unique_ptr<TestServer> server(new TestServer());
  server->mode_ = mode;
  absl::Status status;
  netns.RunInside([&] {
    SocketAddress local = MakeAddress(address, listen_port, false);
    server->listener_ =
        UniqueFd(socket(local.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int fd = server->listener_.get();
    const int reuse = is_reuse_address ? 1 : 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
    const int backlog = mode == ServerMode::kAcceptsNothing ? 0 : kBacklog;
    if (bind(fd, local.get(), local.size) != 0 || listen(fd, backlog) != 0 ||
        getsockname(fd, local.get(), &local.size) != 0) {
      status = ErrnoStatus(errno, absl::StrCat("listen on ", address, " ", listen_port));
      return;
    }
    // sin_port and sin6_port are at the same place.
    server->listen_port_ = ntohs(reinterpret_cast<sockaddr_in*>(&local.storage)->sin_port);
  });
  BERTHMASTER_RETURN_IF_ERROR(status);
  if (mode == ServerMode::kAcceptsNothing) return server;
  server->epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  server->wake_ = MakeEvent();
  Watch(server->epoll_, server->wake_.get());
  Watch(server->epoll_, server->listener_.get());
  server->thread_ = std::thread([raw = server.get()] { raw->Serve(); });
  return server;
}

TestServer::~TestServer() { Stop(); }

void TestServer::Stop() {
  if (!thread_.joinable()) return;
  Wake(wake_);
  thread_.join();
}

void TestServer::StopListening() {
  Stop();
  listener_ = UniqueFd();
}

void TestServer::Serve() {
  while (true) {
    epoll_event events[64];
    const int count = epoll_wait(epoll_.get(), events, 64, -1);
    for (int index = 0; index < count; ++index) {
      const int fd = events[index].data.fd;
      if (fd == wake_.get()) return;
      if (fd != listener_.get()) {
        // The client has closed.
        std::erase_if(accepted_, [fd](const UniqueFd& one) { return one.get() == fd; });
        continue;
      }
      while (true) {
        UniqueFd connection(accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!connection.valid()) break;
        ++accepted_count_;
        if (mode_ == ServerMode::kClosesFirst) continue;
        if (mode_ == ServerMode::kClosesSecond) Watch(epoll_, connection.get());
        accepted_.push_back(std::move(connection));
      }
    }
  }
}

ConnectResult Connect(const ConnectOptions& options) {
  SocketAddress destination =
      MakeAddress(options.destination, options.destination_port, options.is_mapped);
  const int flags = SOCK_CLOEXEC | (options.is_nonblocking ? SOCK_NONBLOCK : 0);
  ConnectResult result;
  result.fd = UniqueFd(socket(destination.storage.ss_family, SOCK_STREAM | flags, 0));
  if (!result.fd.valid()) {
    result.error_number = errno;
    return result;
  }
  if (!options.source.empty()) {
    const int one = 1;
    SocketAddress source = MakeAddress(options.source, 0, options.is_mapped);
    if (setsockopt(result.fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)) != 0 ||
        bind(result.fd.get(), source.get(), source.size) != 0) {
      result.error_number = errno;
      return result;
    }
  }
  if (connect(result.fd.get(), destination.get(), destination.size) != 0 && errno != EINPROGRESS) {
    result.error_number = errno;
  }
  return result;
}

FillResult Fill(const ConnectOptions& options, int count_max) {
  FillResult fill;
  while (static_cast<int>(fill.fds.size()) < count_max) {
    ConnectResult result = Connect(options);
    if (result.error_number != 0) {
      fill.error_number = result.error_number;
      return fill;
    }
    fill.fds.push_back(std::move(result.fd));
  }
  return fill;
}

bool CloseFirst(UniqueFd fd) {
  if (shutdown(fd.get(), SHUT_WR) != 0) return false;
  pollfd event = {fd.get(), POLLIN, 0};
  char byte;
  return poll(&event, 1, 5000) == 1 && recv(fd.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

int OpenAndClose(const ConnectOptions& options, int count) {
  int done = 0;
  while (done < count) {
    ConnectResult result = Connect(options);
    if (result.error_number != 0) return done;
    if (CloseFirst(std::move(result.fd))) ++done;
  }
  return done;
}

ShortConnections::ShortConnections(const ScopedNetns& netns, ConnectOptions options,
                                   double connections_per_second)
    : start_(clock_.MonotonicNow()), wake_(MakeEvent()) {
  thread_ = std::thread([this, &netns, options = std::move(options), connections_per_second] {
    netns.RunInside([&] { Run(options, connections_per_second); });
  });
}

ShortConnections::~ShortConnections() {
  Wake(wake_);
  thread_.join();
}

absl::Duration ShortConnections::first_exhausted() const {
  const int64_t us = first_exhausted_us_;
  return us < 0 ? absl::InfiniteDuration() : absl::Microseconds(us);
}

void ShortConnections::Run(const ConnectOptions& options, double connections_per_second) {
  const absl::Duration period = absl::Seconds(1) / connections_per_second;
  for (int64_t number = 0;; ++number) {
    // Against the start and not the time before, so that a late one does not slow the rate.
    const absl::Duration wait = start_ + number * period - clock_.MonotonicNow();
    const timespec limit = absl::ToTimespec(std::max(wait, absl::ZeroDuration()));
    pollfd event = {wake_.get(), POLLIN, 0};
    if (ppoll(&event, 1, &limit, nullptr) > 0) return;
    const int error_number = Connect(options).error_number;
    if (error_number == 0) {
      ++ok_count_;
    } else if (error_number == EADDRNOTAVAIL) {
      if (++exhausted_count_ == 1) {
        first_exhausted_us_ = absl::ToInt64Microseconds(clock_.MonotonicNow() - start_);
      }
    } else {
      ++failed_count_;
    }
  }
}

}  // namespace berthmaster
