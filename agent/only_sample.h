#ifndef BERTHMASTER_AGENT_ONLY_SAMPLE_H_
#define BERTHMASTER_AGENT_ONLY_SAMPLE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/collect/host_sampler.h"
#include "agent/host_readers.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How long owners are watched where there is no later sample: the shortest time that tells a pace.
inline constexpr absl::Duration kOwnerWatch = absl::Seconds(1);

// The sample of a command that takes no other. Who owns a pool is learned from one sample to the
// next; so where a pool is large enough to name its owners, and this host tells them, the host is
// sampled again after kOwnerWatch. Errors: those of the sampler.
absl::StatusOr<HostSample> TakeOnlySample(HostSampler& sampler, const HostReaders& readers);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ONLY_SAMPLE_H_
