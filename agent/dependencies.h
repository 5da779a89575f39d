#ifndef BERTHMASTER_AGENT_DEPENDENCIES_H_
#define BERTHMASTER_AGENT_DEPENDENCIES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/advise/advice_board.h"
#include "agent/advise/advice_publisher.h"
#include "agent/advise/link/advice_server.h"
#include "agent/agent_config.h"
#include "agent/collect/host_sampler.h"
#include "agent/host_readers.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/kernel/sockets/held_ports.h"
#include "agent/link/controller_link.h"
#include "agent/metrics/metrics_server.h"
#include "agent/metrics/metrics_snapshot.h"
#include "agent/tune/tuner.h"
#include "common/clock/clock.h"
#include "common/file/file.h"

namespace berthmaster {

// The agent's parts on a real host. Members are destroyed in reverse order, so each outlives what
// uses it.
struct Dependencies {
  // Nobody else may use the state directory while this lives.
  UniqueFd state_lock;
  LinuxClock clock;
  LinuxRandom random;
  std::unique_ptr<NetnsSysctl> sysctls;
  // Nothing when changes may be made in every namespace.
  std::unique_ptr<NetnsSysctl> enforced_sysctls;
  std::unique_ptr<HeldPortsReader> held_ports;
  HostReaders readers;
  std::unique_ptr<HostSampler> sampler;
  std::unique_ptr<Tuner> tuner;
  std::unique_ptr<ControllerLink> link;
  SnapshotBoard board;
  AdviceBoard advice_board;
  std::unique_ptr<AdvicePublisher> publisher;
  // Nothing when advice is not served, or cannot be.
  std::unique_ptr<AdviceServer> advice;
  // Nothing when metrics are off, or cannot be served.
  std::unique_ptr<MetricsServer> metrics;
  // In the host's identity.
  int64_t limitation_count = 0;
};

// What a sampler of the real host is to look at, and how. `readers` must outlive it.
LinuxHostSamplerOptions SamplerOptions(const AgentConfig& config, const HostReaders& readers);

// Makes them. The error names the state directory, the journal or the namespace and the next step:
// FAILED_PRECONDITION when another agent uses the directory, PERMISSION_DENIED when it cannot be
// made, DATA_LOSS for a damaged journal.
absl::StatusOr<std::unique_ptr<Dependencies>> MakeDependencies(const AgentConfig& config,
                                                               absl::string_view agent_version);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_DEPENDENCIES_H_
