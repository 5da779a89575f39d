#ifndef BERTHMASTER_AGENT_COLLECT_HOST_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_HOST_SAMPLER_H_

#include "absl/status/statusor.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Takes samples of the host. Used by one thread; a call blocks for as long as the dumps take.
class HostSampler {
 public:
  virtual ~HostSampler() = default;

  // One sample, sequence 0. A namespace that cannot be read is left out and named in the
  // limitations; an error means that nothing at all could be seen (UNAVAILABLE, PERMISSION_DENIED
  // with the remedy).
  virtual absl::StatusOr<HostSample> Sample() = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_HOST_SAMPLER_H_
