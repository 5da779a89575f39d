#ifndef BERTHMASTER_AGENT_COLLECT_KERNEL_HOST_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_KERNEL_HOST_SAMPLER_H_

#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "agent/collect/host_sampler.h"
#include "agent/collect/netns_sampler.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/conntrack_reader.h"
#include "agent/kernel/netns_directory.h"
#include "agent/kernel/netns_facts.h"
#include "agent/kernel/socket_dump.h"
#include "agent/kernel/socket_owners.h"
#include "common/clock/clock.h"

namespace berthmaster {

// How many pools one sample of a host has at most, all namespaces together; those with the lowest
// utilization are left out. About 1.5 MiB on the wire, below gRPC's 4 MiB for a message.
inline constexpr size_t kPoolsPerSampleMax = 10000;

// Samples every namespace that the directory knows, and remembers each one's state by its cookie
// for as long as it is there.
class KernelHostSampler final : public HostSampler {
 public:
  // The edges; they must outlive the sampler.
  struct Dependencies {
    NetnsDirectory& directory;
    NetnsFactsReader& facts_reader;
    SocketDump& dump;
    const Clock& clock;
    // Those that this host has not are null: what they would tell is absent then.
    BindOwnershipReader* bind_ownership = nullptr;
    ConnectWatch* connect_watch = nullptr;
    ConntrackReader* conntrack = nullptr;
    SocketOwners* owners = nullptr;
    // NetnsSampler::set_sample_interval().
    absl::Duration sample_interval = absl::ZeroDuration();
  };
  explicit KernelHostSampler(const Dependencies& dependencies) : dependencies_(dependencies) {}

  // The CPU time of the sample is that of the calling thread.
  absl::StatusOr<HostSample> Sample() override;
  RiseLook LookForRise() override;
  bool is_close() const override;

 private:
  absl::StatusOr<NetnsSample> SampleNetns(const NetnsEntry& netns, NetnsSampler& sampler);

  const Dependencies dependencies_;
  // By cookie.
  std::map<uint64_t, NetnsSampler> samplers_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_KERNEL_HOST_SAMPLER_H_
