#include "agent/dependencies.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/host_identity.h"
#include "agent/kernel/netns/host_netns.h"
#include "agent/kernel/netns/linux_netns_sysctl.h"
#include "agent/kernel/sockets/linux_held_ports.h"
#include "agent/link/grpc_controller_link.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::StatusOr<UniqueFd> LockStateDirectory(const std::string& state_dir) {
  if (absl::Status made = MakeDirectories(state_dir); !made.ok()) {
    return Annotate(made,
                    "state-dir cannot be used; name another with --state-dir, or run as its owner "
                    "(root too has to own it: the agent gives CAP_DAC_OVERRIDE up)");
  }
  absl::StatusOr<UniqueFd> lock = LockFile(absl::StrCat(state_dir, "/lock"));
  if (lock.ok()) return lock;
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("another berthmaster-agent uses the state directory ", state_dir,
                     "; stop it, or give this one its own with --state-dir"));
  }
  return Annotate(lock.status(), "state-dir cannot be used; name another with --state-dir");
}

// An agent whose metrics cannot be served works all the same, and says so.
void StartMetrics(const AgentConfig& config, Dependencies& made, HostIdentity& identity) {
  if (!config.metrics_listen.has_value()) return;
  absl::StatusOr<std::unique_ptr<MetricsServer>> server =
      MetricsServer::Start({*config.metrics_listen}, made.board, made.clock);
  if (server.ok()) {
    made.metrics = *std::move(server);
    LogInfo("metrics on http://", made.metrics->address().ToString(), "/metrics");
  } else {
    const std::string why = absl::StrCat("no metrics: ", server.status().message());
    LogWarning(why);
    identity.limitations.push_back(why);
  }
}

// Without the socket there are the files, and the other way round.
void StartAdvice(const AgentConfig& config, Dependencies& made, HostIdentity& identity) {
  made.publisher =
      std::make_unique<AdvicePublisher>(config.advice_dir, made.clock, made.advice_board);
  if (config.advice_socket.empty()) return;
  absl::StatusOr<std::unique_ptr<AdviceServer>> server =
      AdviceServer::Start(config.advice_socket, made.advice_board, made.clock);
  if (server.ok()) {
    made.advice = *std::move(server);
    LogInfo("advice is served on ", config.advice_socket);
  } else {
    const std::string why = absl::StrCat("no socket for advice: ", server.status().message());
    LogWarning(why);
    identity.limitations.push_back(why);
  }
}

}  // namespace

LinuxHostSamplerOptions SamplerOptions(const AgentConfig& config, const HostReaders& readers) {
  return {.netns_filter = config.netns,
          .source = config.source,
          .profile = config.profile,
          .sample_interval = config.sample_interval,
          .readers = readers.ForSampler(),
          .host_labels = config.host_labels};
}

absl::StatusOr<std::unique_ptr<Dependencies>> MakeDependencies(const AgentConfig& config,
                                                               absl::string_view agent_version) {
  auto made = std::make_unique<Dependencies>();
  BERTHMASTER_ASSIGN_OR_RETURN(made->state_lock, LockStateDirectory(config.state_dir));
  HostIdentity identity = ReadHostIdentity(config.profile, agent_version);

  made->sysctls = std::make_unique<LinuxNetnsSysctl>(std::vector<std::string>());
  if (!config.enforce_netns.empty()) {
    made->enforced_sysctls = std::make_unique<LinuxNetnsSysctl>(config.enforce_netns);
  }
  made->held_ports = std::make_unique<LinuxHeldPorts>();
  made->readers = MakeHostReaders(config.profile);
  identity.capabilities.insert(identity.capabilities.end(), made->readers.capabilities.begin(),
                               made->readers.capabilities.end());
  identity.limitations.insert(identity.limitations.end(), made->readers.limitations.begin(),
                              made->readers.limitations.end());
  made->sampler = MakeLinuxHostSampler(SamplerOptions(config, made->readers), made->clock);

  TunerOptions tuner;
  tuner.profile = config.profile;
  tuner.allow_list = config.allow_sysctls;
  tuner.journal_path = absl::StrCat(config.state_dir, "/journal");
  tuner.kernel_release = identity.kernel_release;
  tuner.boot_id = identity.boot_id;
  if (config.profile == AgentProfile::kEnforce) {
    tuner.sysctl_d_directory = config.sysctl_d_dir;
    tuner.host_netns = ReadHostNetns().value_or(NetnsId());
  }
  NetnsSysctl* enforced =
      made->enforced_sysctls != nullptr ? made->enforced_sysctls.get() : made->sysctls.get();
  BERTHMASTER_ASSIGN_OR_RETURN(
      made->tuner, Tuner::Open(std::move(tuner), {&made->clock, made->sysctls.get(), enforced,
                                                  made->held_ports.get()}));
  for (std::string& limitation : made->tuner->Limitations()) {
    identity.limitations.push_back(std::move(limitation));
  }

  StartMetrics(config, *made, identity);
  StartAdvice(config, *made, identity);
  made->limitation_count = static_cast<int64_t>(identity.limitations.size());

  SpoolOptions spool;
  spool.directory = absl::StrCat(config.state_dir, "/spool");
  spool.boot_id = identity.boot_id;
  GrpcControllerLinkOptions link;
  link.controller = config.controller;
  link.host_id = config.host_id;
  link.identity = std::move(identity);
  made->link = std::make_unique<GrpcControllerLink>(
      std::move(link), Spool::Open(std::move(spool), made->random), made->clock, made->random);
  return made;
}

}  // namespace berthmaster
