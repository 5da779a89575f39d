#include "tests/remedies/request_server.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "tests/kernel/socket_address.h"

namespace berthmaster {
namespace {

constexpr int kBacklog = 4096;
constexpr int kEventsMax = 64;

void Watch(const UniqueFd& epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RequestServer>> RequestServer::Make(const ScopedNetns& netns,
                                                                   const std::string& address,
                                                                   uint16_t listen_port,
                                                                   absl::Duration service_time) {
  std::unique_ptr<RequestServer> server(new RequestServer(service_time));
  absl::Status status;
  netns.RunInside([&] {
    SocketAddress local = MakeAddress(address, listen_port, false);
    server->listener_ =
        UniqueFd(socket(local.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int fd = server->listener_.get();
    if (bind(fd, local.get(), local.size) != 0 || listen(fd, kBacklog) != 0) {
      status = ErrnoStatus(errno, absl::StrCat("listen on ", address, " ", listen_port));
    }
  });
  BERTHMASTER_RETURN_IF_ERROR(status);
  server->epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  server->wake_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  Watch(server->epoll_, server->wake_.get());
  Watch(server->epoll_, server->listener_.get());
  server->thread_ = std::thread([raw = server.get()] { raw->Serve(); });
  return server;
}

RequestServer::~RequestServer() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  if (write(wake_.get(), &one, sizeof(one)) < 0) std::abort();
  thread_.join();
}

void RequestServer::Serve() {
  absl::Duration next = absl::InfiniteDuration();
  while (true) {
    const absl::Duration wait = next - clock_.MonotonicNow();
    // Up, so that an answer is never looked for before its time.
    const int64_t wait_ms =
        next == absl::InfiniteDuration()
            ? -1
            : std::max<int64_t>(absl::ToInt64Milliseconds(wait + absl::Milliseconds(1)), 0);
    epoll_event events[kEventsMax];
    const int count = epoll_wait(epoll_.get(), events, kEventsMax, static_cast<int>(wait_ms));
    const absl::Duration now = clock_.MonotonicNow();
    for (int index = 0; index < count; ++index) {
      const int fd = events[index].data.fd;
      if (fd == wake_.get()) return;
      if (fd == listener_.get()) {
        Accept();
      } else {
        Read(fd, now);
      }
    }
    next = Answer(now);
  }
}

void RequestServer::Accept() {
  while (true) {
    UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.valid()) return;
    Watch(epoll_, fd.get());
    const int number = fd.get();
    connections_[number].fd = std::move(fd);
  }
}

void RequestServer::Read(int fd, absl::Duration now) {
  char byte;
  const ssize_t count = recv(fd, &byte, 1, 0);
  if (count > 0) {
    connections_[fd].answer_time = now + service_time_;
  } else if (count == 0 || errno != EAGAIN) {
    connections_.erase(fd);
  }
}

absl::Duration RequestServer::Answer(absl::Duration now) {
  absl::Duration next = absl::InfiniteDuration();
  for (auto& [fd, connection] : connections_) {
    if (connection.answer_time <= now) {
      const char byte = 'a';
      // A client that has gone is seen by the next read.
      if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1) continue;
      connection.answer_time = absl::InfiniteDuration();
    }
    next = std::min(next, connection.answer_time);
  }
  return next;
}

}  // namespace berthmaster
