#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_PROC_NET_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_PROC_NET_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Parsers of files under /proc/net. Pure; any thread.

// Sockets of both families, and mini-sockets.
struct SockstatCounts {
  int32_t tcp_in_use = 0;
  int32_t time_wait = 0;
  int32_t udp_in_use = 0;
  // Sockets of every kind that have a file, those of Unix and of netlink too.
  int32_t sockets_used = 0;

  // Those that no other count has. TCP sockets that are bound and neither listen nor are connected
  // are among them and are counted nowhere else.
  int64_t uncounted() const { return int64_t{sockets_used} - tcp_in_use - udp_in_use; }
  // Whether the sockets that are counted by their kind have not moved.
  friend bool operator==(const SockstatCounts& a, const SockstatCounts& b) {
    return a.tcp_in_use == b.tcp_in_use && a.time_wait == b.time_wait &&
           a.udp_in_use == b.udp_in_use;
  }
};

// Adds what sockstat or sockstat6 says of TCP, UDP and all sockets: "sockets: used 171", "TCP:
// inuse 5 orphan 0 tw 2 alloc 7 mem 1", "UDP6: inuse 3". INVALID_ARGUMENT, with nothing added, when
// there is no line for TCP, or a line without such a number.
absl::Status AddSockstat(absl::string_view text, SockstatCounts& counts);

// Adds the counters that matter here from /proc/net/snmp or netstat, in one pass:
// "Tcp.ActiveOpens", "TcpExt.ListenOverflows". A counter that this kernel has not got is not added.
// INVALID_ARGUMENT when the text is not pairs of lines, names and values of one group, or a
// counter's value is no number; the counters before that have been added then.
absl::Status AddCounters(absl::string_view text, std::map<std::string, int64_t>& counters);

// As AddCounters, from /proc/net/snmp6, which has one counter a line: "Udp6.NoPorts".
absl::Status AddCounters6(absl::string_view text, std::map<std::string, int64_t>& counters);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_PROC_NET_H_
