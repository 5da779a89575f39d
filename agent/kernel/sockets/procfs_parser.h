#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_PROCFS_PARSER_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_PROCFS_PARSER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// The lines of /proc/net/tcp, tcp6, udp and udp6 (get_tcp4_sock, get_timewait4_sock, get_openreq4,
// udp4_format_sock and their IPv6 twins). Pure; any thread.

// Which of the files.
struct ProcNetTable {
  IpProtocol protocol = IpProtocol::kTcp;
  bool is_v4 = true;
  // USER_HZ, sysconf(_SC_CLK_TCK): the unit of the timers, 10 ms.
  uint32_t ticks_per_second = 100;
};

// Whether it is the line of column names that each of the files begins with.
bool IsProcNetHeader(absl::string_view line);

// One socket. Allocates nothing for a good line. What the files do not say stays 0 in the row: the
// cookie, a listener's backlog (send_queue). INVALID_ARGUMENT with the line for one that is not of
// that form, and for an unknown state.
absl::Status ParseProcNetLine(absl::string_view line, const ProcNetTable& table, SocketRow& row);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_PROCFS_PARSER_H_
