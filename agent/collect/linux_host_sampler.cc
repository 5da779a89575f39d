#include "agent/collect/linux_host_sampler.h"

#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/linux_netns_directory.h"
#include "agent/kernel/netns_facts.h"
#include "agent/kernel/netns_thread.h"
#include "agent/kernel/procfs_netns_directory.h"
#include "agent/kernel/procfs_netns_facts.h"
#include "agent/kernel/socket_source.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// What reads namespaces: by entering them, or, where no capability is to be needed, from outside.
std::unique_ptr<NetnsDirectory> MakeDirectory(const LinuxHostSamplerOptions& options,
                                              const Clock& clock) {
  if (options.profile == AgentProfile::kObserveLite) {
    return std::make_unique<ProcfsNetnsDirectory>(options.netns_filter, clock);
  }
  return std::make_unique<LinuxNetnsDirectory>(options.netns_filter, clock);
}

std::unique_ptr<NetnsFactsReader> MakeFactsReader(AgentProfile profile, const Clock& clock) {
  if (profile == AgentProfile::kObserveLite) {
    return std::make_unique<ProcfsNetnsFactsReader>(clock);
  }
  return std::make_unique<LinuxNetnsFactsReader>(clock);
}

// Netlink shows the namespace that it is asked in, so what enters none can use it for none but its
// own.
SocketSource ChooseSource(const LinuxHostSamplerOptions& options) {
  if (options.source.has_value()) return *options.source;
  if (options.profile == AgentProfile::kObserveLite) return SocketSource::kProcfs;
  return ProbeSocketSource();
}

class LinuxHostSampler final : public HostSampler {
 public:
  LinuxHostSampler(const LinuxHostSamplerOptions& options, const Clock& clock)
      : directory_(MakeDirectory(options, clock)),
        facts_reader_(MakeFactsReader(options.profile, clock)),
        dump_(MakeSocketDump(ChooseSource(options), clock)),
        sampler_({.directory = *directory_,
                  .facts_reader = *facts_reader_,
                  .dump = *dump_,
                  .clock = clock,
                  .bind_ownership = options.readers.bind_ownership,
                  .connect_watch = options.readers.connect_watch,
                  .conntrack = options.readers.conntrack,
                  .owners = options.readers.owners}) {}

  absl::StatusOr<HostSample> Sample() override {
    absl::StatusOr<HostSample> sample;
    // The whole sample runs over there, so that its CPU time is that of one thread and the
    // hand-over happens once.
    BERTHMASTER_RETURN_IF_ERROR(thread_.Run([&] {
      sample = sampler_.Sample();
      return sample.status();
    }));
    return sample;
  }

 private:
  const std::unique_ptr<NetnsDirectory> directory_;
  const std::unique_ptr<NetnsFactsReader> facts_reader_;
  const std::unique_ptr<SocketDump> dump_;
  KernelHostSampler sampler_;
  // Last, so that it has ended before what it uses goes.
  NetnsThread thread_;
};

}  // namespace

std::unique_ptr<HostSampler> MakeLinuxHostSampler(LinuxHostSamplerOptions options,
                                                  const Clock& clock) {
  return std::make_unique<LinuxHostSampler>(options, clock);
}

}  // namespace berthmaster
