#ifndef BERTHMASTER_COMMON_WIRE_BOUNDS_H_
#define BERTHMASTER_COMMON_WIRE_BOUNDS_H_

#include <cstddef>

namespace berthmaster {

// The bounds of what comes in over the wire. A message beyond one is refused whole with
// INVALID_ARGUMENT, so a sender keeps to them by itself and says in the limitations what it left
// out.

// Namespaces in one sample: more than a host's pods (kubelet allows some hundreds) by an order of
// magnitude.
inline constexpr int kWireNamespacesMax = 4096;
// Pools of one namespace in one sample; an agent sends fewer (kPoolsPerNetnsMax in agent/collect).
inline constexpr int kWirePoolsPerNetnsMax = 8192;
// Any text for a person or a name: longer than any resource name (hosts/253/netns/20/pools/100).
inline constexpr size_t kWireTextBytesMax = 1024;
// A sysctl's value: a port list of about 2,700 separate ports.
inline constexpr size_t kWireSysctlValueBytesMax = 16 * 1024;
// Labels of a namespace, tunables of a namespace, limitations of anything: each is a handful.
inline constexpr int kWireEntriesMax = 256;
// Counters of a namespace: TcpExt alone has some 130, of which a sample carries those that rose.
inline constexpr int kWireCountersMax = 512;
// The path of a cgroup (PATH_MAX).
inline constexpr size_t kWirePathBytesMax = 4096;
// Owners of one pool.
inline constexpr int kWireOwnersMax = 32;
// Rates above this are no rates of one host.
inline constexpr double kWireRateMax = 1e9;

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_BOUNDS_H_
