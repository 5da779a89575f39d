#include "agent/only_sample.h"

#include <poll.h>

#include <algorithm>

#include "agent/collect/owner_memory.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

bool HasPoolWorthNaming(const HostSample& sample) {
  return std::any_of(sample.namespaces.begin(), sample.namespaces.end(), [](const auto& netns) {
    return std::any_of(netns.pools.begin(), netns.pools.end(), IsWorthNaming);
  });
}

}  // namespace

absl::StatusOr<HostSample> TakeOnlySample(HostSampler& sampler, const HostReaders& readers) {
  BERTHMASTER_ASSIGN_OR_RETURN(HostSample sample, sampler.Sample());
  if (readers.owners == nullptr || !HasPoolWorthNaming(sample)) return sample;
  // There is nothing to wait for but the time that the watch counts in.
  poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kOwnerWatch)));
  return sampler.Sample();
}

}  // namespace berthmaster
