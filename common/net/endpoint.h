#ifndef BERTHMASTER_COMMON_NET_ENDPOINT_H_
#define BERTHMASTER_COMMON_NET_ENDPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/ip_address.h"

namespace berthmaster {

// An address and port to listen on or to connect to, as written in a flag or a file.
struct Endpoint {
  // A name or an address, without brackets.
  std::string host;
  // 0 asks the kernel for any free port; only a listener may use it.
  uint16_t listen_port = 0;

  // "127.0.0.1:7600", "[::1]:7600"
  std::string ToString() const;
  // Whether host is "localhost" or a loopback address.
  bool is_loopback() const;
};

// Parses HOST:PORT, an IPv6 address in brackets. INVALID_ARGUMENT says what is wrong and shows an
// example.
absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_NET_ENDPOINT_H_
