#include "tests/remedies/request_client.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace berthmaster {
namespace {

constexpr int kEventsMax = 64;

void Watch(const UniqueFd& epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
}

}  // namespace

RequestClient::RequestClient(const ScopedNetns& netns, RequestPlan plan)
    : plan_(std::move(plan)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  Watch(epoll_, wake_.get());
  thread_ = std::thread([this, &netns] { netns.RunInside([this] { Run(); }); });
}

RequestClient::~RequestClient() {
  const uint64_t one = 1;
  if (write(wake_.get(), &one, sizeof(one)) < 0) std::abort();
  thread_.join();
}

void RequestClient::Run() {
  for (int count = 0; count < plan_.connection_pool_size; ++count) {
    if (const int fd = Open(); fd >= 0) idle_.push_back(fd);
  }
  const absl::Duration start = clock_.MonotonicNow();
  const absl::Duration period = absl::Seconds(1) / plan_.requests_per_second;
  for (int64_t number = 0;;) {
    // Against the start and not the one before, so that a late one does not slow the rate.
    const absl::Duration wait = start + number * period - clock_.MonotonicNow();
    const int64_t wait_ms = absl::ToInt64Milliseconds(std::max(wait, absl::ZeroDuration()));
    epoll_event events[kEventsMax];
    const int count = epoll_wait(epoll_.get(), events, kEventsMax, static_cast<int>(wait_ms));
    for (int index = 0; index < count; ++index) {
      const int fd = events[index].data.fd;
      if (fd == wake_.get()) return;
      TakeAnswer(fd);
    }
    for (; start + number * period <= clock_.MonotonicNow(); ++number) Ask();
  }
}

int RequestClient::Open() {
  ConnectResult result = Connect(plan_.destination);
  if (result.error_number != 0) {
    ++failed_count_;
    return -1;
  }
  const int fd = result.fd.get();
  Watch(epoll_, fd);
  connections_[fd] = std::move(result.fd);
  return fd;
}

void RequestClient::Ask() {
  ++asked_count_;
  if (plan_.connection_pool_size == 0) {
    if (const int fd = Open(); fd >= 0) Send(fd);
    return;
  }
  if (idle_.empty()) {
    ++waited_count_;
    ++waiting_count_;
    return;
  }
  const int fd = idle_.front();
  idle_.pop_front();
  Send(fd);
}

void RequestClient::Send(int fd) {
  const char byte = 'q';
  if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1) ++failed_count_;
}

void RequestClient::TakeAnswer(int fd) {
  char byte;
  if (recv(fd, &byte, 1, MSG_DONTWAIT) != 1) {
    ++failed_count_;
    std::erase(idle_, fd);
    connections_.erase(fd);
    return;
  }
  ++answered_count_;
  if (plan_.connection_pool_size == 0) {
    connections_.erase(fd);
  } else if (waiting_count_ > 0) {
    --waiting_count_;
    Send(fd);
  } else {
    idle_.push_back(fd);
  }
}

}  // namespace berthmaster
