#include "agent/collect/port_pools.h"

#include <algorithm>

#include "absl/functional/function_ref.h"

namespace berthmaster {
namespace {

PoolSample MakePool(PoolKind kind, const AddressUse& use, int32_t capacity) {
  PoolSample pool;
  pool.kind = kind;
  pool.key.source = use.address;
  pool.capacity = capacity;
  pool.in_use = use.ports;
  return pool;
}

std::vector<PoolSample> MakePools(PoolKind kind, const PortUse& use, int32_t capacity,
                                  absl::FunctionRef<bool(const AddressUse&)> is_worth_it) {
  std::vector<PoolSample> pools;
  for (const AddressUse& address : use.addresses) {
    if (pools.size() < kPortPoolsMax && is_worth_it(address)) {
      pools.push_back(MakePool(kind, address, capacity));
    }
  }
  if (pools.empty() && !is_worth_it(use.any_v4) && !is_worth_it(use.any_v6)) return pools;
  if (use.any_v4.ports > 0) pools.push_back(MakePool(kind, use.any_v4, capacity));
  // Without IPv6 it is the same.
  if (use.has_v6 || use.any_v6.ports != use.any_v4.ports) {
    pools.push_back(MakePool(kind, use.any_v6, capacity));
  }
  return pools;
}

}  // namespace

std::vector<PoolSample> MakeBindPools(const PortUse& use, const PortSpace& space) {
  const int32_t capacity = space.Capacity(0);
  return MakePools(PoolKind::kBind, use, capacity, [&](const AddressUse& one) {
    return one.has_bound || one.ports > kPortPoolShare * capacity;
  });
}

std::vector<PoolSample> MakeUdpPools(const PortUse& use, const PortSpace& space) {
  return MakePools(PoolKind::kUdp, use, space.OfferedCount(),
                   [](const AddressUse& one) { return one.ports > 0; });
}

}  // namespace berthmaster
