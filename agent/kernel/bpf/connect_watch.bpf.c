// Counts what becomes of connect() calls, at the tracepoint sock:inet_sock_set_state, which each
// change of a TCP socket's state passes (inet_sk_state_store). connect_watch.h says what is
// counted; bpf_connect_watch.cc reads it.

#include <linux/errno.h>

#include "agent/kernel/bpf/connect_watch_records.h"
#include "agent/kernel/bpf/kernel_structs.h"

// For the kernel, which offers its helpers by licence.
char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
  // Processes times destinations without a port between two calls of Take(): 0.6 MiB each way.
  kFailuresMax = 4096,
  // Pools with traffic between two calls of Take(), and pools whose closes are counted: more than
  // a sample of a host has. 2 MiB each.
  kPoolsMax = 16384,
  // Programs times the pools in which they make TIME_WAIT between two calls of Take(): 1.2 MiB each
  // way. Who makes much of it is met early, so those without room matter least.
  kMakersMax = 8192,
};

// include/net/tcp_states.h
enum { kEstablished = 1, kSynSent = 2, kSynRecv = 3, kFinWait1 = 4, kClose = 7, kCloseWait = 8 };
// Of <sys/socket.h>, <netinet/in.h> and include/net/sock.h (SOCK_BINDPORT_LOCK).
enum { kIpv4 = 2, kTcp = 6, kBoundByHand = 8 };

// Two generations of counts. Programs write to the one that `current_generation` points at; user
// space turns it and then reads the other one, which nobody writes to any more: the kernel returns
// from an update of a map of maps only when all programs that might see the old value have ended.
struct GenerationNumber {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
};
struct GenerationNumber generation_0 SEC(".maps");
struct GenerationNumber generation_1 SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 1);
  __type(key, __u32);
  __array(values, struct GenerationNumber);
} current_generation SEC(".maps") = {.values = {&generation_0}};

struct FailureCounts {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, kFailuresMax);
  __type(key, struct ConnectFailureId);
  __type(value, __u64);
};
struct FailureCounts failures_0 SEC(".maps");
struct FailureCounts failures_1 SEC(".maps");

struct TrafficCounts {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, kPoolsMax);
  __type(key, struct ConnectPoolId);
  __type(value, struct ConnectTraffic);
};
struct TrafficCounts traffic_0 SEC(".maps");
struct TrafficCounts traffic_1 SEC(".maps");

struct MakerCounts {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, kMakersMax);
  __type(key, struct TimeWaitMakerId);
  __type(value, struct TimeWaitMade);
};
struct MakerCounts makers_0 SEC(".maps");
struct MakerCounts makers_1 SEC(".maps");

// The pools in which a connect() succeeded. A close counts only in one of these: those of inbound
// connections, each with a destination of its own, would fill any map.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, kPoolsMax);
  __type(key, struct ConnectPoolId);
  __type(value, __u32);
} connect_pools SEC(".maps");

// Since the start; what the maps had no room for.
__u64 failures_without_entry = 0;
__u64 traffic_without_entry = 0;
__u64 time_wait_without_entry = 0;

// How the kernel gives a program the socket: with its type, so that the program may read its
// members as they are (Linux 5.5), or as a number.
enum TracepointKind { kBtf, kRaw };

#define READ_SOCK(kind, sk, member) ((kind) == kBtf ? (sk)->member : BPF_CORE_READ(sk, member))

static __always_inline bool IsTcp(enum TracepointKind kind, const struct sock* sk) {
  return READ_SOCK(kind, sk, sk_protocol) == kTcp;
}

static __always_inline void CopyIpv4(__u8* mapped, __be32 address) {
  __u32* words = (__u32*)mapped;
  words[2] = bpf_htonl(0xffff);
  words[3] = address;
}

static __always_inline void ReadPool(enum TracepointKind kind, const struct sock* sk,
                                     struct ConnectPoolId* pool) {
  pool->netns_cookie = kind == kBtf ? sk->__sk_common.skc_net.net->net_cookie
                                    : BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie);
  pool->destination_port = bpf_ntohs(READ_SOCK(kind, sk, __sk_common.skc_dport));
  bool is_v4 = READ_SOCK(kind, sk, __sk_common.skc_family) == kIpv4;
  if (!is_v4) {
    BPF_CORE_READ_INTO(&pool->destination, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
    const __u32* words = (const __u32*)pool->destination;
    // Such a socket keeps its addresses in the members for IPv4 (tcp_v6_connect).
    is_v4 = words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff);
  }
  if (is_v4) {
    CopyIpv4(pool->source, READ_SOCK(kind, sk, __sk_common.skc_rcv_saddr));
    CopyIpv4(pool->destination, READ_SOCK(kind, sk, __sk_common.skc_daddr));
  } else {
    BPF_CORE_READ_INTO(&pool->source, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
  }
}

// Whether connect() gave up before it had a port. The kernel moves to SYN_SENT before it looks for
// one (tcp_v4_connect), and a refused or timed out connection keeps inet_sport in CLOSE. A socket
// that is used again after such a one keeps the old number; then no SYN was sent (tcp_disconnect
// sets segs_out back), and bind() did not choose the port.
static __always_inline bool IsWithoutPort(const struct sock* sk) {
  if (BPF_CORE_READ((const struct inet_sock*)sk, inet_sport) == 0) return true;
  return BPF_CORE_READ((const struct tcp_sock*)sk, segs_out) == 0 &&
         (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & kBoundByHand) == 0;
}

// From ESTABLISHED to CLOSE goes who resets and who is reset. tcp_reset() says so in sk_err before;
// close() and disconnect leave it alone until later, a timeout and SOCK_DESTROY set others.
static __always_inline bool IsResetByPeer(enum TracepointKind kind, const struct sock* sk) {
  return READ_SOCK(kind, sk, sk_err) == ECONNRESET;
}

static __always_inline bool IsSecondGeneration(void) {
  const __u32 zero = 0;
  void* generation = bpf_map_lookup_elem(&current_generation, &zero);
  if (generation == NULL) return false;
  const __u32* number = bpf_map_lookup_elem(generation, &zero);
  return number != NULL && *number != 0;
}

// The value of `key`, made with zeros if need be. Null when the map is full.
static __always_inline void* FindOrAdd(void* map, const void* key, const void* zeros) {
  void* value = bpf_map_lookup_elem(map, key);
  if (value != NULL) return value;
  // Another processor may be first, so the result says nothing.
  bpf_map_update_elem(map, key, zeros, BPF_NOEXIST);
  return bpf_map_lookup_elem(map, key);
}

// The main thread's name of the process that runs now.
static __always_inline void ReadProcessName(char* name) {
  const struct task_struct* task = (const struct task_struct*)bpf_get_current_task();
  BPF_CORE_READ_INTO((char(*)[16])name, task, group_leader, comm);
}

static __always_inline void CountFailure(enum TracepointKind kind, const struct sock* sk) {
  if (!IsWithoutPort(sk)) return;
  struct ConnectFailureId failure = {};
  ReadPool(kind, sk, &failure.pool);
  failure.cgroup_id = bpf_get_current_cgroup_id();
  failure.pid = bpf_get_current_pid_tgid() >> 32;
  ReadProcessName(failure.process);

  const __u64 zero = 0;
  __u64* count = IsSecondGeneration() ? FindOrAdd(&failures_1, &failure, &zero)
                                      : FindOrAdd(&failures_0, &failure, &zero);
  __sync_fetch_and_add(count != NULL ? count : &failures_without_entry, 1);
}

static __always_inline struct ConnectTraffic* FindTraffic(const struct ConnectPoolId* pool) {
  return IsSecondGeneration() ? bpf_map_lookup_elem(&traffic_1, pool)
                              : bpf_map_lookup_elem(&traffic_0, pool);
}

static __always_inline struct ConnectTraffic* FindOrAddTraffic(const struct ConnectPoolId* pool) {
  const struct ConnectTraffic zeros = {};
  struct ConnectTraffic* traffic = IsSecondGeneration() ? FindOrAdd(&traffic_1, pool, &zeros)
                                                        : FindOrAdd(&traffic_0, pool, &zeros);
  if (traffic == NULL) __sync_fetch_and_add(&traffic_without_entry, 1);
  return traffic;
}

static __always_inline void CountOpened(enum TracepointKind kind, const struct sock* sk) {
  struct ConnectPoolId pool = {};
  ReadPool(kind, sk, &pool);
  struct ConnectTraffic* traffic = FindTraffic(&pool);
  if (traffic == NULL) {
    // Once in each generation, so that a pool in use stays among those used last.
    const __u32 one = 1;
    bpf_map_update_elem(&connect_pools, &pool, &one, BPF_ANY);
    traffic = FindOrAddTraffic(&pool);
  }
  if (traffic != NULL) __sync_fetch_and_add(&traffic->opened, 1);
}

// Counts a close for the process that runs now. It is the one that ends the connection: close(),
// shutdown() and the end of a process send the first FIN, never an interrupt. False without room.
static __always_inline bool CountTimeWait(struct TimeWaitMakerId* maker) {
  maker->cgroup_id = bpf_get_current_cgroup_id();
  ReadProcessName(maker->process);
  const struct TimeWaitMade zeros = {};
  struct TimeWaitMade* made = IsSecondGeneration() ? FindOrAdd(&makers_1, maker, &zeros)
                                                   : FindOrAdd(&makers_0, maker, &zeros);
  if (made == NULL) {
    __sync_fetch_and_add(&time_wait_without_entry, 1);
    return false;
  }
  made->pid = bpf_get_current_pid_tgid() >> 32;
  __sync_fetch_and_add(&made->count, 1);
  return true;
}

static __always_inline void CountClosed(enum TracepointKind kind, const struct sock* sk,
                                        int new_state) {
  struct TimeWaitMakerId maker = {};
  ReadPool(kind, sk, &maker.pool);
  if (bpf_map_lookup_elem(&connect_pools, &maker.pool) == NULL) return;
  // User space adds what the makers closed to the traffic of their pools: one map is enough here.
  if (new_state == kFinWait1 && CountTimeWait(&maker)) return;
  struct ConnectTraffic* traffic = FindOrAddTraffic(&maker.pool);
  if (traffic == NULL) return;
  const bool is_by_peer =
      new_state == kCloseWait || (new_state == kClose && IsResetByPeer(kind, sk));
  __sync_fetch_and_add(is_by_peer ? &traffic->closed_by_peer : &traffic->closed_here, 1);
}

static __always_inline int OnStateChange(enum TracepointKind kind, const struct sock* sk,
                                         int old_state, int new_state) {
  if (old_state == kEstablished) {
    if (new_state != kFinWait1 && new_state != kCloseWait && new_state != kClose) return 0;
    if (!IsTcp(kind, sk)) return 0;
    CountClosed(kind, sk, new_state);
  } else if (old_state == kSynSent) {
    if (!IsTcp(kind, sk)) return 0;
    if (new_state == kClose) {
      CountFailure(kind, sk);
    } else if (new_state == kEstablished || new_state == kSynRecv) {
      // SYN_RECV: both ends opened at once, of which a connection with itself is the common kind.
      CountOpened(kind, sk);
    }
  }
  return 0;
}

// One of the two is loaded: the first where the kernel has got that kind.
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state_change_btf, const struct sock* sk, int old_state, int new_state) {
  return OnStateChange(kBtf, sk, old_state, new_state);
}

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(on_state_change_raw, const struct sock* sk, int old_state, int new_state) {
  return OnStateChange(kRaw, sk, old_state, new_state);
}
