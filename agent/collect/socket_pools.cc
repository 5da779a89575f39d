#include "agent/collect/socket_pools.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/collect/pool_aggregator.h"
#include "agent/collect/pool_sample.h"
#include "agent/collect/port_pools.h"
#include "agent/kernel/sockets/socket_source.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// A dump that the kernel cut short is tried once more; a kernel that does so twice is too busy to
// be asked again now.
constexpr int kDumpTriesMax = 2;

void Append(std::vector<PoolSample> pools, NetnsSample& sample) {
  std::move(pools.begin(), pools.end(), std::back_inserter(sample.pools));
}

RawPoolKey RawKey(const PoolKey& key) {
  return {RawAddress::From(key.source), RawAddress::From(key.destination), key.destination_port};
}

}  // namespace

absl::StatusOr<NetnsSample> SocketPools::Dump(const Inputs& inputs, absl::Duration now,
                                              size_t& inodes_left) {
  if (inputs.is_busy) closed_ports_.Refresh(inputs.netns, now, inputs.bind_ownership);
  BERTHMASTER_ASSIGN_OR_RETURN(const NetnsCounts counts, CountSockets(inputs, now));
  if (inputs.owners != nullptr && owners_.has_named()) {
    owners_.FinishDump(*inputs.owners, inodes_left);
  }
  listeners_.Update(now, counts.listeners);
  ports_in_use_ = counts.port_use.any_v6.ports;
  NetnsSample sample;
  sample.source = inputs.dump.source();
  sample.listening_ports_in_range.assign(counts.listening_ports.begin(),
                                         counts.listening_ports.end());
  sample.findings = counts.findings;
  SetPools(inputs, counts, now, sample);
  for (const std::string* limitation : {&closed_ports_.limitation(), &owners_.limitation()}) {
    if (!limitation->empty()) sample.limitations.push_back(*limitation);
  }
  if (counts.port_use.is_cut) {
    sample.limitations.push_back(absl::StrCat("bind pools of local addresses beyond the first ",
                                              kLocalAddressesMax, " are not told apart"));
  }
  for (std::string& limitation : FeaturesOf(sample.source).limitations) {
    sample.limitations.push_back(std::move(limitation));
  }
  NotePools(sample);
  return sample;
}

absl::StatusOr<NetnsCounts> SocketPools::CountSockets(const Inputs& inputs, absl::Duration now) {
  OwnerMemory* owners = inputs.owners != nullptr && owners_.has_named() ? &owners_ : nullptr;
  absl::Status status;
  for (int tries = 0; tries < kDumpTriesMax; ++tries) {
    if (owners != nullptr) owners->BeginDump();
    PoolAggregator aggregator({inputs.space, inputs.facts.sysctls, listeners_.Recent(now),
                               closed_ports_.ports(), owners});
    status = inputs.dump.Visit(inputs.netns, [&](const SocketRow& row) { aggregator.Visit(row); });
    if (status.ok()) return aggregator.Finish();
    if (!absl::IsUnavailable(status)) break;
  }
  return status;
}

void SocketPools::SetPools(const Inputs& inputs, const NetnsCounts& counts, absl::Duration now,
                           NetnsSample& sample) {
  const ConnectPoolFrame frame = {inputs.space.Capacity(counts.blocked), counts.blocked,
                                  closed_ports_.ports() != nullptr};
  connect_pools_.AddTo(sample, counts, {inputs.facts.sysctls, frame, inputs.traffic}, now);
  if (inputs.owners != nullptr && owners_.has_named()) SetOwners(inputs, now, sample);
  std::optional<PoolSample> table = MakeTimeWaitTable(counts.time_wait_table, inputs.facts.sysctls);
  if (table.has_value()) sample.pools.push_back(*std::move(table));
  // A pool whose figures the source shows only in part is absent.
  const SocketSourceFeatures features = FeaturesOf(sample.source);
  if (features.has_bound_sockets) Append(MakeBindPools(counts.port_use, inputs.space), sample);
  if (features.has_backlogs) Append(counts.listener_pools, sample);
}

void SocketPools::SetOwners(const Inputs& inputs, absl::Duration now, NetnsSample& sample) const {
  for (PoolSample& pool : sample.pools) {
    if (pool.kind != PoolKind::kConnect) continue;
    const RawPoolKey key = RawKey(pool.key);
    if (owners_.NamedIndex(key) < 0) continue;
    std::vector<PoolMaker> makers;
    if (inputs.makers != nullptr) {
      for (TimeWaitMakers::Maker& maker : inputs.makers->MakersOf(pool.key, now)) {
        makers.push_back({std::move(maker.process), maker.pid,
                          inputs.owners->CgroupPath(maker.cgroup_id), maker.time_wait});
      }
    }
    pool.owners = ComposeOwners(owners_.OwnersOf(key), std::move(makers));
  }
}

// What the next dump is to look at more closely.
void SocketPools::NotePools(const NetnsSample& sample) {
  std::vector<RawPoolKey> named;
  for (const PoolSample& pool : sample.pools) {
    closed_ports_.NotePool(pool);
    if (IsWorthNaming(pool) && named.size() < kNamedPoolsMax) named.push_back(RawKey(pool.key));
  }
  owners_.SetNamed(std::move(named));
}

}  // namespace berthmaster
