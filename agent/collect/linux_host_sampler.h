#ifndef BERTHMASTER_AGENT_COLLECT_LINUX_HOST_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_LINUX_HOST_SAMPLER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/collect/host_sampler.h"
#include "agent/collect/quiet_dump_budget.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "common/clock/clock.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// The readers that not every host has; those it has not are null. All outlive the sampler.
struct LinuxHostSamplerReaders {
  BindOwnershipReader* bind_ownership = nullptr;
  ConnectWatch* connect_watch = nullptr;
  ConntrackReader* conntrack = nullptr;
  SocketOwners* owners = nullptr;
};

struct LinuxHostSamplerOptions {
  // Names under /run/netns, inodes in decimal, or "host"; empty means every namespace of the host.
  std::vector<std::string> netns_filter;
  // Where sockets are read from; nothing lets the sampler choose: netlink where it answers.
  std::optional<SocketSource> source = std::nullopt;
  // observe-lite never enters a namespace, so it always reads from /proc.
  AgentProfile profile = AgentProfile::kObserve;
  // How often a namespace is dumped that may have many sockets but is not close to exhaustion; 0
  // for at every sample.
  absl::Duration sample_interval = absl::ZeroDuration();
  // What the first dumps of quiet namespaces may take at once; the others wait for their turn.
  absl::Duration first_dump_cpu_max = kFirstDumpCpuSavedMax;
  LinuxHostSamplerReaders readers = {};
  // What the host is to be selected by: "host.NAME" among the labels of each of its namespaces.
  std::map<std::string, std::string> host_labels = {};
};

// The sampler of a real host: netlink and /proc, on a thread of its own. `clock` must outlive it.
std::unique_ptr<HostSampler> MakeLinuxHostSampler(const LinuxHostSamplerOptions& options,
                                                  const Clock& clock);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_LINUX_HOST_SAMPLER_H_
