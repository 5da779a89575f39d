// Collects the ports of one namespace that are closed to connect(), in one of two ways.
// bind_ownership.h says which ports these are; bpf_bind_ownership.cc reads them.

#include "agent/kernel/bpf/bind_ownership_walk.h"
#include "agent/kernel/bpf/kernel_structs.h"

// For the kernel, which offers its helpers by licence.
char LICENSE[] SEC("license") = "Dual MIT/GPL";

// include/net/tcp_states.h; of sockets in TIME_WAIT and of the small ones in FIN_WAIT_2.
enum { kTimeWait = 6 };

enum {
  kPortCount = 65536,
  kBitsPerWord = 64,
  // The table has a place for each port, shifted for each namespace: a chain as long as this needs
  // as many namespaces that use one and the same place.
  kChainMax = 16384,
};

// One bit for each port, set by one walk at a time.
__u64 closed_ports[kPortCount / kBitsPerWord];
// Chains that were longer than kChainMax.
__u32 cut_chain_count = 0;

static __always_inline void AddPort(__u16 port) {
  closed_ports[port / kBitsPerWord] |= 1ULL << (port % kBitsPerWord);
}

// What __inet_hash_connect() asks before it looks at anything else.
static __always_inline bool IsClosed(signed char fastreuse, signed char fastreuseport) {
  return fastreuse != -1 || fastreuseport != -1;
}

struct BucketWalk {
  const struct net* net;
  // An array of struct inet_bind_hashbucket as this kernel has it.
  __u64 heads;
  __u32 first;
  // Where the walk is in a chain.
  const struct hlist_node* node;
};

static __always_inline const struct inet_bind_bucket* BucketOf(const struct hlist_node* node) {
  const __u64 offset = bpf_core_field_offset(struct inet_bind_bucket, node);
  return (const struct inet_bind_bucket*)((__u64)node - offset);
}

// What a bucket has in front of its users; each read costs as much as the next steps of a walk.
enum { kBucketBytes = 64 };

#define FIELD(bucket, type, field) \
  (*(const type*)((const char*)(bucket) + bpf_core_field_offset(struct inet_bind_bucket, field)))

// One step along a chain; 1 ends the walk.
static long VisitBucket(__u32 index, struct BucketWalk* walk) {
  __u64 bucket[kBucketBytes / sizeof(__u64)];
  if (bpf_probe_read_kernel(bucket, sizeof(bucket), BucketOf(walk->node)) != 0) {
    walk->node = NULL;
    return 1;
  }
  if (FIELD(bucket, __u64, ib_net.net) == (__u64)walk->net &&
      IsClosed(FIELD(bucket, signed char, fastreuse), FIELD(bucket, signed char, fastreuseport))) {
    AddPort(FIELD(bucket, __u16, port));
  }
  walk->node = (const struct hlist_node*)FIELD(bucket, __u64, node.next);
  return walk->node == NULL;
}

static long VisitHead(__u32 index, struct BucketWalk* walk) {
  const __u64 offset =
      (__u64)(walk->first + index) * bpf_core_type_size(struct inet_bind_hashbucket);
  const struct inet_bind_hashbucket* head =
      (const struct inet_bind_hashbucket*)(walk->heads + offset);
  walk->node = BPF_CORE_READ(head, chain.first);
  if (walk->node == NULL) return 0;
  bpf_loop(kChainMax, VisitBucket, walk, 0);
  if (walk->node != NULL) ++cut_chain_count;
  return 0;
}

// Looks at a part of the table of bind buckets for those of the caller's namespace, without its
// locks: a bucket that comes or goes meanwhile may be seen or not. Returns how many places the
// table has. No tracepoint calls this; user space does (BPF_PROG_TEST_RUN).
SEC("raw_tp")
int collect_from_buckets(struct bpf_raw_tracepoint_args* context) {
  const struct task_struct* task = (const struct task_struct*)bpf_get_current_task();
  const struct net* net = BPF_CORE_READ(task, nsproxy, net_ns);
  // The table is one for all namespaces, also for those with a table of connections of their own.
  const struct inet_hashinfo* tables = BPF_CORE_READ(net, ipv4.tcp_death_row.hashinfo);
  const __u32 size = BPF_CORE_READ(tables, bhash_size);
  struct BucketWalk walk = {
      .net = net,
      .heads = (__u64)BPF_CORE_READ(tables, bhash),
      .first = context->args[0],
  };
  if (walk.first >= size) return size;
  const __u32 rest = size - walk.first;
  bpf_loop(rest < kBucketHeadsPerRun ? rest : kBucketHeadsPerRun, VisitHead, &walk, 0);
  return size;
}

// Walks over the sockets instead, and looks at the bucket of each. Slower, the more so the more
// sockets there are; it takes the lock of each socket, so that a process that keeps one keeps this
// too; and it does not see sockets that are only bound. For kernels that refuse the other.
SEC("iter/tcp")
int collect_from_sockets(struct bpf_iter__tcp* context) {
  struct sock_common* socket = context->sk_common;
  if (socket == NULL) return 0;

  const struct inet_bind_bucket* bucket = NULL;
  if (socket->skc_state == kTimeWait) {
    const struct tcp_timewait_sock* time_wait = bpf_skc_to_tcp_timewait_sock(socket);
    if (time_wait == NULL) return 0;
    bucket = time_wait->tw_sk.tw_tb;
  } else {
    // Null for a handshake from outside, which holds no bucket: that of its listener speaks for it.
    const struct tcp_sock* tcp = bpf_skc_to_tcp_sock(socket);
    if (tcp == NULL) return 0;
    bucket = tcp->inet_conn.icsk_bind_hash;
  }
  if (bucket != NULL && IsClosed(bucket->fastreuse, bucket->fastreuseport)) AddPort(bucket->port);
  return 0;
}
