#ifndef BERTHMASTER_AGENT_KERNEL_BPF_KERNEL_STRUCTS_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_KERNEL_STRUCTS_H_

// The few members of kernel structs that the programs read, by their names in the kernel. Where
// they lie is filled in when a program is loaded, from the BTF of the running kernel (CO-RE), so
// neither order nor size here means anything. For .bpf.c files only, with what they all include.

// The others take their types from the first.
// clang-format off
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
// clang-format on
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};

struct hlist_node {
  struct hlist_node* next;
};

struct hlist_head {
  struct hlist_node* first;
};

struct inet_bind_hashbucket {
  struct hlist_head chain;
};

struct inet_hashinfo {
  struct inet_bind_hashbucket* bhash;
  unsigned int bhash_size;
};

struct inet_timewait_death_row {
  struct inet_hashinfo* hashinfo;
};

// Linux 5.17 to 6.0 have a pointer in the place of this member.
struct netns_ipv4 {
  struct inet_timewait_death_row tcp_death_row;
};

struct net {
  __u64 net_cookie;
  struct netns_ipv4 ipv4;
};

typedef struct {
  struct net* net;
} possible_net_t;

struct sock_common {
  __be32 skc_daddr;
  __be32 skc_rcv_saddr;
  __be16 skc_dport;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
  struct sock_common __sk_common;
  __u16 sk_protocol;
  int sk_err;
  // A bit field of 4 bits before it became a byte.
  unsigned char sk_userlocks : 4;
};

struct inet_sock {
  struct sock sk;
  __be16 inet_sport;
};

struct inet_bind_bucket {
  possible_net_t ib_net;
  unsigned short port;
  signed char fastreuse;
  signed char fastreuseport;
  struct hlist_node node;
};

struct inet_connection_sock {
  struct inet_sock icsk_inet;
  struct inet_bind_bucket* icsk_bind_hash;
};

struct tcp_sock {
  struct inet_connection_sock inet_conn;
  __u32 segs_out;
};

struct inet_timewait_sock {
  struct inet_bind_bucket* tw_tb;
};

struct tcp_timewait_sock {
  struct inet_timewait_sock tw_sk;
};

struct nsproxy {
  struct net* net_ns;
};

struct task_struct {
  struct task_struct* group_leader;
  char comm[16];
  struct nsproxy* nsproxy;
};

struct bpf_iter__tcp {
  struct sock_common* sk_common;
};

#pragma clang attribute pop

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_KERNEL_STRUCTS_H_
