#include "tests/kernel/bpf_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <utility>

namespace berthmaster {

sockaddr_in AddressV4(const std::string& address, uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  EXPECT_EQ(inet_pton(AF_INET, address.c_str(), &result.sin_addr), 1) << address;
  return result;
}

sockaddr_in LoopbackV4(uint16_t port) { return AddressV4("127.0.0.1", port); }

int BindV4(int fd, const std::string& address, uint16_t port) {
  const sockaddr_in source = AddressV4(address, port);
  return bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) == 0 ? 0 : errno;
}

UniqueFd BindReusable(const std::string& address, uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int one = 1;
  EXPECT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
  EXPECT_EQ(BindV4(fd.get(), address, port), 0) << address << " " << port;
  return fd;
}

std::vector<UniqueFd> BindAll(const std::string& address, int count) {
  std::vector<UniqueFd> fds;
  for (int index = 0; index < count; ++index) {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(BindV4(fd.get(), address, 0), 0);
    fds.push_back(std::move(fd));
  }
  return fds;
}

void ResetOnClose(const UniqueFd& fd) {
  const linger reset = {.l_onoff = 1, .l_linger = 0};
  EXPECT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
}

bool WaitReadable(int fd) {
  pollfd event = {.fd = fd, .events = POLLIN, .revents = 0};
  constexpr int kLimitMs = 10'000;
  return poll(&event, 1, kLimitMs) == 1;
}

int TakeError(int fd) {
  int error_number = 0;
  socklen_t size = sizeof(error_number);
  EXPECT_EQ(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size), 0);
  return error_number;
}

void SetLoopback(bool is_up) {
  const UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  ASSERT_EQ(ioctl(fd.get(), SIOCGIFFLAGS, &request), 0);
  request.ifr_flags = static_cast<short>(is_up ? request.ifr_flags | IFF_UP  // NOLINT
                                               : request.ifr_flags & ~IFF_UP);
  ASSERT_EQ(ioctl(fd.get(), SIOCSIFFLAGS, &request), 0);
}

}  // namespace berthmaster
