#ifndef BERTHMASTER_AGENT_COLLECT_KERNEL_HOST_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_KERNEL_HOST_SAMPLER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "agent/collect/host_sampler.h"
#include "agent/collect/netns_sampler.h"
#include "agent/collect/quiet_dump_budget.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "common/clock/clock.h"

namespace berthmaster {

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
    // NetnsReaders::busy_interval.
    absl::Duration sample_interval = absl::ZeroDuration();
    // What the first dumps of quiet namespaces may take at once.
    absl::Duration first_dump_cpu_max = kFirstDumpCpuSavedMax;
  };
  explicit KernelHostSampler(const Dependencies& dependencies)
      : dependencies_(dependencies),
        quiet_budget_(dependencies.clock, dependencies.first_dump_cpu_max) {}

  // The CPU time of the sample is that of the calling thread.
  absl::StatusOr<HostSample> Sample() override;
  RiseLook LookForRise() override;
  void WatchClosely(const std::set<uint64_t>& netns_cookies) override;
  bool is_close() const override;
  absl::Duration one_off_cpu_time() const override { return quiet_budget_.first_spent(); }

 private:
  using Activities = absl::flat_hash_map<uint64_t, NetnsActivity>;

  // By cookie; nothing without a watch, and when it could not be asked.
  std::optional<Activities> TakeActivities(HostSample& sample);

  const Dependencies dependencies_;
  QuietDumpBudget quiet_budget_;
  // By cookie.
  std::map<uint64_t, NetnsSampler> samplers_;
  std::set<uint64_t> watched_;
  // Also those that were, until the next sample.
  std::set<uint64_t> read_next_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_KERNEL_HOST_SAMPLER_H_
