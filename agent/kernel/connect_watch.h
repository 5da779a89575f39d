#ifndef BERTHMASTER_AGENT_KERNEL_CONNECT_WATCH_H_
#define BERTHMASTER_AGENT_KERNEL_CONNECT_WATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// connect() calls of one process towards one destination that found no port (EADDRNOTAVAIL):
// blocking, non-blocking and with MSG_FASTOPEN, also on a socket that was used before. bind() that
// finds no port is not among them, nor a four-tuple that is taken although bind() chose its port.
struct FailedConnects {
  uint64_t netns_cookie = 0;
  // The source is the unspecified address where the kernel had not chosen one yet.
  PoolKey key;
  // Of cgroup v2: the inode of its directory there.
  uint64_t cgroup_id = 0;
  // Of the process, in the pid namespace of the host's process 1.
  int32_t pid = 0;
  // comm of its main thread, printable ASCII.
  std::string process;
  int64_t count = 0;
};

// What became of the connections of one connect pool. Connections that others opened to here are
// not counted. Of a connection that began before the watch did, the end may be counted.
struct PoolTraffic {
  uint64_t netns_cookie = 0;
  PoolKey key;
  // Handshakes that connect() began here and that succeeded, with itself too.
  int64_t opened = 0;
  // Of established connections: ended first by this side (a FIN or a reset from here, also for
  // unread data, and giving up after a time-out), by the peer (its FIN or reset).
  int64_t closed_here = 0;
  int64_t closed_by_peer = 0;
};

// Connections of one connect pool that this side ended first, by a FIN, which leaves a socket in
// TIME_WAIT here unless a reset comes. By the processes of one name in one cgroup: so a program
// that is started anew for each connection is one too.
struct TimeWaitMaker {
  uint64_t netns_cookie = 0;
  PoolKey key;
  // These three as in FailedConnects; the pid is that of the process which closed last.
  uint64_t cgroup_id = 0;
  int32_t pid = 0;
  std::string process;
  int64_t count = 0;
};

struct ConnectActivity {
  std::vector<FailedConnects> failures;
  std::vector<PoolTraffic> pools;
  std::vector<TimeWaitMaker> time_wait_makers;
  // Failures that are in no entry, because there were too many different ones at once.
  int64_t failures_not_told_apart = 0;
  // At most so many connections that opened or closed are in no entry.
  int64_t traffic_not_told_apart = 0;
  // Closes that are of no maker of TIME_WAIT, because there were too many different ones at once.
  int64_t makers_not_told_apart = 0;
};

// Watches every connect() of the host.
class ConnectWatch {
 public:
  virtual ~ConnectWatch() = default;

  // What happened in all namespaces since the last call, or since the watch began. One thread.
  virtual absl::StatusOr<ConnectActivity> Take() = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_CONNECT_WATCH_H_
