#include "tests/kernel/sampling.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"

namespace berthmaster {
namespace {

PoolSample NoPool() {
  PoolSample none;
  none.in_use = -1;
  return none;
}

}  // namespace

NetnsView::NetnsView(const ScopedNetns& netns)
    : cookie_(netns.id().cookie),
      sampler_(MakeLinuxHostSampler({{absl::StrCat(netns.id().inode)}}, clock_)) {}

NetnsSample NetnsView::Sample() {
  HostSample sample = sampler_->Sample().value();
  auto found = std::find_if(sample.namespaces.begin(), sample.namespaces.end(),
                            [this](const NetnsSample& n) { return n.cookie == cookie_; });
  if (found == sample.namespaces.end()) return NetnsSample();
  return *found;
}

NetnsSample SampleOnce(const ScopedNetns& netns) { return NetnsView(netns).Sample(); }

PoolSample FindPool(const NetnsSample& sample, absl::string_view source,
                    absl::string_view destination, uint16_t destination_port) {
  const PoolKey key = {IpAddress::Parse(source).value(), IpAddress::Parse(destination).value(),
                       destination_port};
  for (const PoolSample& pool : sample.pools) {
    if (pool.kind == PoolKind::kConnect && pool.key == key) return pool;
  }
  return NoPool();
}

PoolSample FindTable(const NetnsSample& sample) {
  for (const PoolSample& pool : sample.pools) {
    if (pool.kind == PoolKind::kTimeWaitTable) return pool;
  }
  return NoPool();
}

}  // namespace berthmaster
