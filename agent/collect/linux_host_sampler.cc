#include "agent/collect/linux_host_sampler.h"

#include <cstdint>
#include <utility>

#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/linux_netns_directory.h"
#include "agent/kernel/linux_socket_dump.h"
#include "agent/kernel/netns_facts.h"
#include "agent/kernel/netns_thread.h"
#include "agent/kernel/resident_memory.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// After so many samples the process has done everything once, the link to the controller too.
constexpr int64_t kStartSamples = 2;

class LinuxHostSampler final : public HostSampler {
 public:
  LinuxHostSampler(LinuxHostSamplerOptions options, const Clock& clock)
      : directory_(std::move(options.netns_filter), clock),
        sampler_({directory_, facts_reader_, dump_, clock}) {}

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
    return sample;
  }

 private:
  int64_t sample_count_ = 0;
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
