#ifndef BERTHMASTER_TESTS_KERNEL_BOUND_SOCKETS_H_
#define BERTHMASTER_TESTS_KERNEL_BOUND_SOCKETS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/file/file.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {

// Sockets that call bind() themselves. Call all of these inside a namespace
// (ScopedNetns::RunInside).
struct BindOptions {
  // Of either family.
  std::string address;
  // 0 is the kernel's choice.
  uint16_t local_port = 0;
  bool is_udp = false;
  bool is_reuse_address = false;
  // Of an IPv6 socket; the kernel's default is that "::" takes IPv4 too.
  bool is_v6_only = false;
  // By its mapped address.
  bool is_mapped = false;
};

// error_number is that of the call that failed.
ConnectResult Bind(const BindOptions& options);

// Binds until bind() fails or there are `count_max` sockets.
FillResult FillByBind(const BindOptions& options, int count_max);

// bind(), then connect() to an address of the same family.
ConnectResult BindAndConnect(const BindOptions& options, const std::string& destination,
                             uint16_t destination_port);

// Connects without bind() from the ports low to high only (IP_LOCAL_PORT_RANGE), until connect()
// fails or there are `count_max` connections. ENOPROTOOPT before Linux 6.3.
FillResult FillWithinRange(const ConnectOptions& options, uint16_t low, uint16_t high,
                           int count_max);

// UDP sockets that connect() without bind(), until it fails or there are `count_max`.
FillResult FillByUdpConnect(const std::string& destination, uint16_t destination_port,
                            int count_max);

// The socket's port; 0 when it has none.
uint16_t LocalPort(const UniqueFd& fd);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_BOUND_SOCKETS_H_
