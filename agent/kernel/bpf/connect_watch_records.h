#ifndef BERTHMASTER_AGENT_KERNEL_BPF_CONNECT_WATCH_RECORDS_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_CONNECT_WATCH_RECORDS_H_

// What connect_watch.bpf.c writes into its maps and bpf_connect_watch.cc reads. C and C++; no
// padding, since the kernel hashes keys byte by byte.

#include <linux/types.h>

// Addresses in network order, an IPv4 one as ::ffff:a.b.c.d, whatever the family of the socket: the
// kernel keeps both in one port space.
struct ConnectPoolId {
  __u64 netns_cookie;
  __u8 source[16];
  __u8 destination[16];
  __u32 destination_port;
  __u32 zero;
};

struct ConnectFailureId {
  struct ConnectPoolId pool;
  __u64 cgroup_id;
  // In the pid namespace of the host's process 1.
  __u32 pid;
  __u32 zero;
  // comm of the main thread; ends at the first NUL.
  char process[16];
};

// Who makes TIME_WAIT in a pool. Without the pid, so that a program that is started anew for each
// connection has one entry.
struct TimeWaitMakerId {
  struct ConnectPoolId pool;
  __u64 cgroup_id;
  // As in ConnectFailureId.
  char process[16];
};

struct TimeWaitMade {
  __u64 count;
  // As in ConnectFailureId; of the one that came last.
  __u32 pid;
  __u32 zero;
};

// Without the closes that are in TimeWaitMade.
struct ConnectTraffic {
  __u64 opened;
  __u64 closed_here;
  __u64 closed_by_peer;
};

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_CONNECT_WATCH_RECORDS_H_
