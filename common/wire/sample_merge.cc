#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/netns_wire.h"
#include "common/wire/pool_wire.h"
#include "common/wire/sample_delta.h"
#include "common/wire/sample_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

std::string TextOf(const NetnsSample& netns, const PoolId& id) {
  return PoolName(absl::StrCat("netns/", netns.cookie), id.kind, id.key);
}

// The ids in removed_pools: each of the base, once, and not among `changed` too.
absl::Status ReadRemovedPools(const v1::NetnsSample& proto, const NetnsSample& base,
                              const absl::flat_hash_set<PoolId>& changed,
                              absl::flat_hash_set<PoolId>& removed) {
  constexpr char kField[] = "namespaces.removed_pools";
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount(kField, proto.removed_pools_size(), kWirePoolsPerNetnsMax));
  for (const v1::Pool& pool_proto : proto.removed_pools()) {
    // Of a later version: the base was read without it.
    if (pool_proto.kind() > kPoolKindMax) continue;
    absl::StatusOr<PoolSample> pool = FromProto(pool_proto);
    if (!pool.ok()) return Annotate(pool.status(), kField);
    if (changed.contains(pool->id()) || !removed.insert(pool->id()).second) {
      return FieldError(kField, TextOf(base, pool->id()), "stands twice in one sample");
    }
  }
  size_t found = 0;
  for (const PoolSample& pool : base.pools) {
    if (removed.contains(pool.id())) ++found;
  }
  if (found >= removed.size()) return absl::OkStatus();
  return FieldError(kField, absl::StrCat(removed.size()), "are more than its base has of them");
}

// `netns` has what the delta says of it; adds what it leaves to `base`.
absl::Status MergeNetns(const v1::NetnsSample& proto, const NetnsSample& base, NetnsSample& netns) {
  if (proto.facts_unchanged()) {
    netns.labels = base.labels;
    netns.sysctls = base.sysctls;
    netns.limitations = base.limitations;
    netns.listening_ports_in_range = base.listening_ports_in_range;
  }
  absl::flat_hash_set<PoolId> gone;
  for (const PoolSample& pool : netns.pools) gone.insert(pool.id());
  absl::flat_hash_set<PoolId> removed;
  BERTHMASTER_RETURN_IF_ERROR(ReadRemovedPools(proto, base, gone, removed));
  gone.insert(removed.begin(), removed.end());
  for (const PoolSample& pool : base.pools) {
    if (!gone.contains(pool.id())) netns.pools.push_back(pool);
  }
  return CheckFieldCount("namespaces.pools", static_cast<int>(netns.pools.size()),
                         kWirePoolsPerNetnsMax);
}

absl::Status CheckEachPoolOnce(const NetnsSample& netns) {
  absl::flat_hash_set<PoolId> ids;
  for (const PoolSample& pool : netns.pools) {
    if (ids.insert(pool.id()).second) continue;
    return FieldError("namespaces.pools", TextOf(netns, pool.id()), "stands twice in one sample");
  }
  return absl::OkStatus();
}

using NetnsByCookie = absl::flat_hash_map<uint64_t, const NetnsSample*>;

// Takes the removed ones out of `base`.
absl::Status RemoveNetns(const v1::Sample& proto, NetnsByCookie& base) {
  for (int64_t cookie : proto.removed_netns()) {
    if (cookie < 0 || base.erase(static_cast<uint64_t>(cookie)) == 0) {
      return FieldError("sample.removed_netns", absl::StrCat(cookie),
                        "is no namespace of its base, or stands there twice");
    }
  }
  return absl::OkStatus();
}

// Adds to each namespace that the delta names what it leaves to the base, and takes it out of
// `base`.
absl::Status MergeChangedNetns(const v1::Sample& proto, NetnsByCookie& base, HostSample& sample) {
  // Read from the message, so of its length and in its order.
  auto netns = sample.namespaces.begin();
  for (const v1::NetnsSample& netns_proto : proto.namespaces()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckEachPoolOnce(*netns));
    if (auto found = base.find(netns->cookie); found != base.end()) {
      BERTHMASTER_RETURN_IF_ERROR(MergeNetns(netns_proto, *found->second, *netns));
      base.erase(found);
    } else if (netns_proto.facts_unchanged()) {
      return FieldError("namespaces.facts_unchanged", netns_proto.netns().name(),
                        "is no namespace of its base");
    } else if (netns_proto.removed_pools_size() > 0) {
      return FieldError("namespaces.removed_pools", netns_proto.netns().name(),
                        "is no namespace of its base");
    }
    ++netns;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HostSample> FromDelta(const v1::Sample& proto, const HostSample& base,
                                     absl::string_view host_id) {
  if (proto.base_sequence() == 0) return FromProto(proto, host_id);
  if (proto.base_sequence() != base.sequence || base.sequence >= proto.sequence()) {
    return FieldError("sample.base_sequence", absl::StrCat(proto.base_sequence()),
                      absl::StrCat("is not ", base.sequence, " or not before the sample"));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(HostSample sample, ReadSampleMessage(proto, host_id));
  if (proto.limitations_unchanged()) sample.limitations = base.limitations;
  std::optional<absl::Duration> interval;
  if (proto.has_sample_interval()) {
    BERTHMASTER_ASSIGN_OR_RETURN(interval,
                                 FromProto(proto.sample_interval(), "sample.sample_interval"));
  }
  NetnsByCookie rest;
  for (const NetnsSample& netns : base.namespaces) rest.emplace(netns.cookie, &netns);
  BERTHMASTER_RETURN_IF_ERROR(RemoveNetns(proto, rest));
  BERTHMASTER_RETURN_IF_ERROR(MergeChangedNetns(proto, rest, sample));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("sample.namespaces", static_cast<int>(sample.namespaces.size() + rest.size()),
                      kWireNamespacesMax));
  for (const auto& [cookie, netns] : rest) {
    NetnsSample& kept = sample.namespaces.emplace_back(*netns);
    if (interval.has_value()) kept.sample_interval = interval;
  }
  PutInOrder(sample);
  return sample;
}

}  // namespace berthmaster
