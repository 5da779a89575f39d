#include "agent/collect/kernel_host_sampler.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

size_t PoolCount(const HostSample& sample) {
  size_t count = 0;
  for (const NetnsSample& netns : sample.namespaces) count += netns.pools.size();
  return count;
}

// Leaves out the pools with the lowest utilization when there are too many.
void BoundPools(HostSample& sample) {
  if (PoolCount(sample) <= kPoolsPerSampleMax) return;
  std::vector<double> utilizations;
  for (const NetnsSample& netns : sample.namespaces) {
    for (const PoolSample& pool : netns.pools) utilizations.push_back(pool.utilization());
  }
  const auto last_kept = utilizations.begin() + static_cast<ptrdiff_t>(kPoolsPerSampleMax - 1);
  std::nth_element(utilizations.begin(), last_kept, utilizations.end(), std::greater<>());
  const double utilization_min = *last_kept;
  size_t room = kPoolsPerSampleMax;
  for (NetnsSample& netns : sample.namespaces) {
    const size_t before = netns.pools.size();
    std::erase_if(netns.pools, [&](const PoolSample& pool) {
      if (pool.utilization() < utilization_min || room == 0) return true;
      --room;
      return false;
    });
    if (netns.pools.size() == before) continue;
    netns.limitations.push_back(absl::StrCat(
        before - netns.pools.size(),
        " pools with low utilization are left out; a sample has at most ", kPoolsPerSampleMax));
  }
}

}  // namespace

absl::StatusOr<HostSample> KernelHostSampler::Sample() {
  const absl::Duration cpu_before = dependencies_.clock.ThreadCpuNow();
  HostSample sample;
  sample.sample_time = dependencies_.clock.SystemNow();
  BERTHMASTER_ASSIGN_OR_RETURN(NetnsListing listing, dependencies_.directory.List());
  sample.limitations = std::move(listing.limitations);

  std::map<uint64_t, NetnsSampler> still_there;
  absl::Status first_error;
  for (const NetnsEntry& netns : listing.entries) {
    NetnsSampler& sampler =
        still_there.emplace(netns.id.cookie, std::move(samplers_[netns.id.cookie])).first->second;
    absl::StatusOr<NetnsSample> netns_sample = SampleNetns(netns, sampler);
    if (netns_sample.ok()) {
      sample.namespaces.push_back(*std::move(netns_sample));
      continue;
    }
    if (first_error.ok()) first_error = netns_sample.status();
    sample.limitations.push_back(absl::StrCat("network namespace ", netns.id.inode, " (",
                                              netns.label, "): ", netns_sample.status().message()));
  }
  samplers_ = std::move(still_there);
  if (sample.namespaces.empty() && !first_error.ok()) return first_error;
  BoundPools(sample);
  sample.cpu_time = dependencies_.clock.ThreadCpuNow() - cpu_before;
  return sample;
}

RiseLook KernelHostSampler::LookForRise() {
  const absl::Duration cpu_before = dependencies_.clock.ThreadCpuNow();
  RiseLook look;
  absl::StatusOr<NetnsListing> listing = dependencies_.directory.List();
  if (!listing.ok()) return look;
  for (const NetnsEntry& netns : listing->entries) {
    auto known = samplers_.find(netns.id.cookie);
    if (known != samplers_.end()) {
      absl::StatusOr<SockstatCounts> counts = dependencies_.facts_reader.ReadCounts(netns);
      if (!counts.ok() || !known->second.IsRising(*counts)) continue;
    }
    look.is_rising = true;
    break;
  }
  look.cpu_time = dependencies_.clock.ThreadCpuNow() - cpu_before;
  return look;
}

bool KernelHostSampler::is_close() const {
  return std::any_of(samplers_.begin(), samplers_.end(),
                     [](const auto& known) { return known.second.is_close(); });
}

absl::StatusOr<NetnsSample> KernelHostSampler::SampleNetns(const NetnsEntry& netns,
                                                           NetnsSampler& sampler) {
  sampler.set_sample_interval(dependencies_.sample_interval);
  return sampler.Sample(netns, dependencies_.clock.MonotonicNow(), dependencies_.facts_reader,
                        dependencies_.dump);
}

}  // namespace berthmaster
