#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BIND_OWNERSHIP_WALK_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BIND_OWNERSHIP_WALK_H_

// What bind_ownership.bpf.c and bpf_bind_ownership.cc agree upon. C and C++.

// How much of the kernel's table of bind buckets one run of the program looks at: some 100 us, for
// which the processor does nothing else on a kernel that does not preempt itself.
enum { kBucketHeadsPerRun = 8192 };

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BIND_OWNERSHIP_WALK_H_
