// Collects the ports that are closed to connect(), in a walk over the TCP sockets of one namespace
// (iter/tcp). bind_ownership.h says what they are; bpf_bind_ownership.cc reads them.

#include "agent/kernel/bpf/kernel_structs.h"

// For the kernel, which offers its helpers by licence.
char LICENSE[] SEC("license") = "Dual MIT/GPL";

// include/net/tcp_states.h; of sockets in TIME_WAIT and of the small ones in FIN_WAIT_2.
enum { kTimeWait = 6 };

enum { kPortCount = 65536, kBitsPerWord = 64 };

// One bit for each port, set by one walk at a time.
__u64 closed_ports[kPortCount / kBitsPerWord];

SEC("iter/tcp")
int collect_closed_ports(struct bpf_iter__tcp* context) {
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
  if (bucket == NULL) return 0;
  // What __inet_hash_connect() asks.
  if (bucket->fastreuse == -1 && bucket->fastreuseport == -1) return 0;
  const __u16 port = bucket->port;
  closed_ports[port / kBitsPerWord] |= 1ULL << (port % kBitsPerWord);
  return 0;
}
