#include "tests/kernel/bound_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "absl/functional/function_ref.h"
#include "tests/kernel/socket_address.h"

namespace berthmaster {
namespace {

// IP_LOCAL_PORT_RANGE, which Debian 12's headers have not got.
constexpr int kIpLocalPortRange = 51;

FillResult FillWith(absl::FunctionRef<ConnectResult()> make, int count_max) {
  FillResult fill;
  while (static_cast<int>(fill.fds.size()) < count_max) {
    ConnectResult result = make();
    if (result.error_number != 0) {
      fill.error_number = result.error_number;
      return fill;
    }
    fill.fds.push_back(std::move(result.fd));
  }
  return fill;
}

}  // namespace

ConnectResult Bind(const BindOptions& options) {
  SocketAddress local = MakeAddress(options.address, options.local_port, options.is_mapped);
  const int family = local.storage.ss_family;
  ConnectResult result;
  result.fd =
      UniqueFd(socket(family, (options.is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
  const int one = 1;
  const int fd = result.fd.get();
  if ((options.is_reuse_address &&
       setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0) ||
      (options.is_v6_only && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0) ||
      bind(fd, local.get(), local.size) != 0) {
    result.error_number = errno;
  }
  return result;
}

FillResult FillByBind(const BindOptions& options, int count_max) {
  return FillWith([&options] { return Bind(options); }, count_max);
}

ConnectResult BindAndConnect(const BindOptions& options, const std::string& destination,
                             uint16_t destination_port) {
  ConnectResult result = Bind(options);
  if (result.error_number != 0) return result;
  SocketAddress remote = MakeAddress(destination, destination_port, options.is_mapped);
  if (connect(result.fd.get(), remote.get(), remote.size) != 0) result.error_number = errno;
  return result;
}

FillResult FillWithinRange(const ConnectOptions& options, uint16_t low, uint16_t high,
                           int count_max) {
  return FillWith(
      [&] {
        SocketAddress remote =
            MakeAddress(options.destination, options.destination_port, options.is_mapped);
        const uint32_t range = uint32_t{high} << 16 | low;
        ConnectResult result;
        result.fd = UniqueFd(socket(remote.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (setsockopt(result.fd.get(), IPPROTO_IP, kIpLocalPortRange, &range, sizeof(range)) !=
                0 ||
            connect(result.fd.get(), remote.get(), remote.size) != 0) {
          result.error_number = errno;
        }
        return result;
      },
      count_max);
}

FillResult FillByUdpConnect(const std::string& destination, uint16_t destination_port,
                            int count_max) {
  return FillWith(
      [&] {
        SocketAddress remote = MakeAddress(destination, destination_port, false);
        ConnectResult result;
        result.fd = UniqueFd(socket(remote.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (connect(result.fd.get(), remote.get(), remote.size) != 0) result.error_number = errno;
        return result;
      },
      count_max);
}

uint16_t LocalPort(const UniqueFd& fd) {
  SocketAddress local;
  local.size = sizeof(local.storage);
  if (getsockname(fd.get(), local.get(), &local.size) != 0) return 0;
  return local.port_number();
}

}  // namespace berthmaster
