#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_GATEWAY_LIMITS_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_GATEWAY_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace berthmaster {

// How much any one HTTP client may take.
struct GatewayLimits {
  // Open connections; a browser holds six, so this is some forty people.
  size_t connections_max = 256;
  // A request's head: the longest path with a pool's name and a browser's headers are 4 KiB.
  uint32_t head_bytes_max = 16 * 1024;
  // A request's body: the largest request of the contract is an approval with 16 values of 16 KiB.
  uint64_t body_bytes_max = 1024 * 1024;
  // How long a client may take for the head of a request, and sit idle before it.
  absl::Duration head_timeout = absl::Seconds(60);
  // How long it may take for the body, and to take one piece of an answer.
  absl::Duration body_timeout = absl::Seconds(30);
  absl::Duration write_timeout = absl::Seconds(30);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_GATEWAY_LIMITS_H_
