#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_RANGE_PLAN_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_RANGE_PLAN_H_

#include <optional>
#include <vector>

#include "common/net/port_range.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The ports that Kubernetes gives to services of type NodePort.
inline constexpr PortRange kNodePorts{30000, 32767};
// Ports of tunnels and of the parts of a Kubernetes node, which they take again when they restart:
// etcd, VXLAN, Geneve, the API server, VXLAN of Linux's old number, kubelet, kube-proxy, scheduler,
// controller manager, WireGuard. To keep them costs a port each.
inline constexpr int kWellKnownPorts[] = {2379,  2380,  4789,  6081,  6443, 8472,
                                          10250, 10256, 10257, 10259, 51820};
// Below this, services that people know by number are many.
inline constexpr int kKnownServicesEnd = 10000;

// A wider local port range and what it takes to have it.
struct RangePlan {
  PortRange present;
  PortRange range;
  PortSet present_reserved;
  // What is to be reserved; equal to present_reserved when nothing has to be added.
  PortSet reserved;
  // What a pool like the given one would have then.
  int32_t capacity = 0;

  bool reserves() const { return !(reserved == present_reserved); }
};

// The smallest range around the present one in which `pool` has `capacity_needed`, or the widest
// one there may be. Upwards first, then downwards; never below ip_unprivileged_port_start, and
// around NodePorts, well-known ports and services that the sample shows by reserving them; those of
// the present range only where something listens on them. It is even in size, low even, high odd.
// Nothing when the range can not grow or the sample does not have the sysctls to tell. Pure.
std::optional<RangePlan> PlanRange(const NetnsSample& netns, const PoolSample& pool,
                                   int32_t capacity_needed);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_RANGE_PLAN_H_
