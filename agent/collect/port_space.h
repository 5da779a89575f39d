#ifndef BERTHMASTER_AGENT_COLLECT_PORT_SPACE_H_
#define BERTHMASTER_AGENT_COLLECT_PORT_SPACE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/port_range.h"

namespace berthmaster {

// The ports that connect() without bind may choose from in one namespace.
struct PortSpace {
  PortRange range;
  PortSet reserved;

  // How many connections to one destination are guaranteed when `blocked` of the ports that are not
  // reserved are closed to auto-bind: the range's size rounded down to even (__inet_hash_connect
  // looks at no more), less the reserved and the blocked ones; at least 0.
  int32_t Capacity(int32_t blocked) const;
  // Ports of the range that are not reserved.
  int32_t OfferedCount() const;
  // Whether connect() may choose the port as far as the sysctls go.
  bool Offers(int local_port) const {
    return range.Contains(local_port) && !reserved.Contains(local_port);
  }
};

// From ip_local_port_range and ip_local_reserved_ports among the effective tunables of the
// namespace. NOT_FOUND when the range is not among them, INVALID_ARGUMENT when either does not
// parse.
absl::StatusOr<PortSpace> ReadPortSpace(const std::map<std::string, std::string>& sysctls);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_PORT_SPACE_H_
