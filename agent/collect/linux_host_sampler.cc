#include "agent/collect/linux_host_sampler.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/netns/procfs_netns_directory.h"
#include "agent/kernel/netns/procfs_netns_facts.h"
#include "agent/kernel/resident_memory.h"
#include "agent/kernel/sockets/socket_source.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// After so many samples the process has done everything once, the link to the controller too.
constexpr int64_t kStartSamples = 2;

// The edges of one profile and source.
struct Edges {
  std::unique_ptr<NetnsDirectory> directory;
  std::unique_ptr<NetnsFactsReader> facts_reader;
  std::unique_ptr<SocketDump> dump;
};

Edges MakeEdges(const LinuxHostSamplerOptions& options, const Clock& clock) {
  if (options.profile == AgentProfile::kObserveLite) {
    return {std::make_unique<ProcfsNetnsDirectory>(options.netns_filter, clock),
            std::make_unique<ProcfsNetnsFactsReader>(clock),
            MakeSocketDump(SocketSource::kProcfs, clock)};
  }
  const SocketSource source = options.source.has_value() ? *options.source : ProbeSocketSource();
  return {std::make_unique<LinuxNetnsDirectory>(options.netns_filter, clock),
          std::make_unique<LinuxNetnsFactsReader>(clock), MakeSocketDump(source, clock)};
}

class LinuxHostSampler final : public HostSampler {
 public:
  LinuxHostSampler(const LinuxHostSamplerOptions& options, const Clock& clock)
      : edges_(MakeEdges(options, clock)),
        sampler_({.directory = *edges_.directory,
                  .facts_reader = *edges_.facts_reader,
                  .dump = *edges_.dump,
                  .clock = clock,
                  .bind_ownership = options.readers.bind_ownership,
                  .connect_watch = options.readers.connect_watch,
                  .conntrack = options.readers.conntrack,
                  .owners = options.readers.owners,
                  .sample_interval = options.sample_interval,
                  .first_dump_cpu_max = options.first_dump_cpu_max}) {
    for (const auto& [name, value] : options.host_labels) {
      host_labels_[absl::StrCat("host.", name)] = value;
    }
  }

  absl::StatusOr<HostSample> Sample() override {
    absl::StatusOr<HostSample> sample;
    // The whole sample runs over there, so that its CPU time is that of one thread and the
    // hand-over happens once.
    BERTHMASTER_RETURN_IF_ERROR(thread_.Run([&] {
      sample = sampler_.Sample();
      return sample.status();
    }));
    // That it fails changes nothing but the size of the process.
    if (++sample_count_ == kStartSamples) ReleaseStartPages().IgnoreError();
    for (NetnsSample& netns : sample->namespaces) {
      netns.labels.insert(host_labels_.begin(), host_labels_.end());
    }
    return sample;
  }

  RiseLook LookForRise() override {
    RiseLook look;
    absl::Status status = thread_.Run([&] {
      look = sampler_.LookForRise();
      return absl::OkStatus();
    });
    return look;
  }

  // Between samples the sampler is at rest.
  void WatchClosely(const std::set<uint64_t>& netns_cookies) override {
    sampler_.WatchClosely(netns_cookies);
  }
  bool is_close() const override { return sampler_.is_close(); }
  absl::Duration one_off_cpu_time() const override { return sampler_.one_off_cpu_time(); }
  // Between samples the dump is at rest.
  SamplerStats stats() const override {
    const SocketDumpCounters counters = edges_.dump->counters();
    return {.dump_count = counters.dumps,
            .dump_retry_count = counters.interrupted + counters.dropped + counters.truncated};
  }

 private:
  int64_t sample_count_ = 0;
  std::map<std::string, std::string> host_labels_;
  const Edges edges_;
  KernelHostSampler sampler_;
  // Last, so that it has ended before what it uses goes.
  NetnsThread thread_;
};

}  // namespace

std::unique_ptr<HostSampler> MakeLinuxHostSampler(const LinuxHostSamplerOptions& options,
                                                  const Clock& clock) {
  return std::make_unique<LinuxHostSampler>(options, clock);
}

}  // namespace berthmaster
