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

// Counts the dumps that are asked of another one.
class CountedDump final : public SocketDump {
 public:
  // `dump` must outlive it.
  explicit CountedDump(SocketDump& dump) : dump_(dump) {}

  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override {
    return Count(dump_.Visit(netns, visit));
  }
  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override {
    return Count(dump_.VisitUdp(netns, visit));
  }
  const SamplerStats& stats() const { return stats_; }

 private:
  absl::Status Count(absl::Status status) {
    ++stats_.dump_count;
    // What is worth another try is tried again.
    if (absl::IsUnavailable(status)) ++stats_.dump_retry_count;
    return status;
  }

  SocketDump& dump_;
  SamplerStats stats_;
};

class LinuxHostSampler final : public HostSampler {
 public:
  LinuxHostSampler(LinuxHostSamplerOptions options, const Clock& clock)
      : directory_(std::move(options.netns_filter), clock),
        sampler_({.directory = directory_,
                  .facts_reader = facts_reader_,
                  .dump = counted_dump_,
                  .clock = clock,
                  .bind_ownership = options.readers.bind_ownership,
                  .connect_watch = options.readers.connect_watch,
                  .conntrack = options.readers.conntrack,
                  .owners = options.readers.owners,
                  .sample_interval = options.sample_interval}) {}

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

  RiseLook LookForRise() override {
    RiseLook look;
    absl::Status status = thread_.Run([&] {
      look = sampler_.LookForRise();
      return absl::OkStatus();
    });
    return look;
  }

  bool is_close() const override { return sampler_.is_close(); }
  SamplerStats stats() const override { return counted_dump_.stats(); }

 private:
  LinuxNetnsDirectory directory_;
  LinuxNetnsFactsReader facts_reader_;
  LinuxSocketDump dump_;
  CountedDump counted_dump_{dump_};
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
