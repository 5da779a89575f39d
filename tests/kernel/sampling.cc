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

PoolSample FindByKey(const NetnsSample& sample, PoolKind kind, const PoolKey& key) {
  for (const PoolSample& pool : sample.pools) {
    if (pool.kind == kind && pool.key == key) return pool;
  }
  return NoPool();
}

}  // namespace

NetnsView::NetnsView(const ScopedNetns& netns, const LinuxHostSamplerReaders& readers)
    : cookie_(netns.id().cookie),
      sampler_(MakeLinuxHostSampler(
          {.netns_filter = {absl::StrCat(netns.id().inode)}, .readers = readers}, clock_)) {}

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
  return FindByKey(
      sample, PoolKind::kConnect,
      {IpAddress::Parse(source).value(), IpAddress::Parse(destination).value(), destination_port});
}

PoolSample FindBySource(const NetnsSample& sample, PoolKind kind, absl::string_view source) {
  PoolKey key;
  key.source = IpAddress::Parse(source).value();
  return FindByKey(sample, kind, key);
}

PoolSample FindListener(const NetnsSample& sample, absl::string_view address,
                        uint16_t listen_port) {
  PoolKey key;
  key.destination = IpAddress::Parse(address).value();
  key.destination_port = listen_port;
  return FindByKey(sample, PoolKind::kListener, key);
}

PoolSample FindTable(const NetnsSample& sample) {
  for (const PoolSample& pool : sample.pools) {
    if (pool.kind == PoolKind::kTimeWaitTable) return pool;
  }
  return NoPool();
}

}  // namespace berthmaster
