#ifndef BERTHMASTER_TESTS_KERNEL_SAMPLING_H_
#define BERTHMASTER_TESTS_KERNEL_SAMPLING_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/collect/host_sampler.h"
#include "agent/collect/linux_host_sampler.h"
#include "common/clock/clock.h"
#include "common/protocol/sample.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// The real sampler, looking at one namespace of the test. Aborts the test's process on an error
// that no test expects.
class NetnsView {
 public:
  // What `readers` has must outlive the view.
  explicit NetnsView(const ScopedNetns& netns, const LinuxHostSamplerReaders& readers = {});

  // A sample of the namespace as it is now.
  NetnsSample Sample();

 private:
  const LinuxClock clock_;
  const uint64_t cookie_;
  std::unique_ptr<HostSampler> sampler_;
};

// The namespace as a fresh agent sees it: sample --once.
NetnsSample SampleOnce(const ScopedNetns& netns);

// The connect pool of that key; in_use is -1 when there is none.
PoolSample FindPool(const NetnsSample& sample, absl::string_view source,
                    absl::string_view destination, uint16_t destination_port);

// The pool of that kind that only a source names (bind, UDP), or only a destination and its port
// (listener); in_use is -1 when there is none.
PoolSample FindBySource(const NetnsSample& sample, PoolKind kind, absl::string_view source);
PoolSample FindListener(const NetnsSample& sample, absl::string_view address, uint16_t listen_port);

// The TIME_WAIT table; in_use is -1 when there is none.
PoolSample FindTable(const NetnsSample& sample);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_SAMPLING_H_
