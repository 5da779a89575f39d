#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SS_PARSER_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SS_PARSER_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// The lines of `ss -H -O -n -o -e` of iproute2, for TCP and UDP. Pure; any thread.
//
//   ESTAB 0 0 10.9.0.2:35414 10.9.0.2:8080 uid:33 ino:101918 sk:1004 cgroup:/a.slice <->
//   TIME-WAIT 0 0 [::ffff:10.9.0.2]:49906 [::ffff:10.9.0.2]:8081 timer:(timewait,57sec,0) ino:0
//   sk:1

// One socket. ss leaves the column of the state out when it was asked for one state only: that one
// is `known_state` then. The row's cgroup points into `line`. INVALID_ARGUMENT with the line for an
// unknown state, for a line that is not of that form, and for an attribute that is known here and
// has another form; attributes that are not known here are left alone.
absl::Status ParseSsLine(absl::string_view line, std::optional<TcpState> known_state,
                         SocketRow& row);

// Milliseconds from a time as ss prints it: "57sec", "1min5sec", "688ms", "9.123sec" (some versions
// print "9.123ms" for that), "" for none. ss cuts 10 s and more to whole seconds. INVALID_ARGUMENT
// for anything else, and for more than 9999 minutes.
absl::StatusOr<uint32_t> ParseSsTime(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SS_PARSER_H_
