#ifndef BERTHMASTER_AGENT_COLLECT_LINUX_HOST_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_LINUX_HOST_SAMPLER_H_

#include <memory>
#include <string>
#include <vector>

#include "agent/collect/host_sampler.h"
#include "common/clock/clock.h"

namespace berthmaster {

struct LinuxHostSamplerOptions {
  // Names under /run/netns, inodes in decimal, or "host"; empty means every namespace of the host.
  std::vector<std::string> netns_filter;
};

// The sampler of a real host: netlink and /proc, on a thread of its own. `clock` must outlive it.
std::unique_ptr<HostSampler> MakeLinuxHostSampler(LinuxHostSamplerOptions options,
                                                  const Clock& clock);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_LINUX_HOST_SAMPLER_H_
