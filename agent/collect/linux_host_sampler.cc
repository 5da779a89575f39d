#include "agent/collect/linux_host_sampler.h"

#include <utility>

#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/linux_netns_directory.h"
#include "agent/kernel/linux_socket_dump.h"
#include "agent/kernel/netns_facts.h"
#include "agent/kernel/netns_thread.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

class LinuxHostSampler final : public HostSampler {
 public:
  LinuxHostSampler(LinuxHostSamplerOptions options, const Clock& clock)
      : facts_reader_(clock), directory_(std::move(options.netns_filter), clock),
        facts_reader_(clock),
        sampler_({directory_, facts_reader_, dump_, clock}) {}

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
  LinuxNetnsDirectory directory_;
  LinuxNetnsFactsReader facts_reader_;
  LinuxSocketDump dump_;
  KernelHostSampler sampler_;
  // Last, so that it has ended before what it uses goes.
  NetnsThread thread_;
};

}  // namespace

std::unique_ptr<HostSampler> MakeLinuxHostSampler(LinuxHostSamplerOptions options,
                                                  const Clock& clock) {
  return std::make_unique<LinuxHostSampler>(std::move(options), clock);
}

}  // namespace berthmaster
