#include "controller/api/host_conversion.h"

#include "common/ids/names.h"
#include "common/wire/identity_wire.h"
#include "common/wire/time_wire.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

void AddSample(const HostView& view, v1::Host& proto) {
  const NetnsSample* worst_netns = nullptr;
  const PoolSample* worst = nullptr;
  int pool_count = 0;
  for (const NetnsSample& netns : view.sample->namespaces) {
    pool_count += static_cast<int>(netns.pools.size());
    for (const PoolSample& pool : netns.pools) {
      // An accept queue fills and empties within milliseconds: it says nothing of the host.
      if (pool.kind == PoolKind::kListener) continue;
      if (worst != nullptr && pool.utilization() <= worst->utilization()) continue;
      worst_netns = &netns;
      worst = &pool;
    }
  }
  proto.set_netns_count(static_cast<int>(view.sample->namespaces.size()));
  proto.set_pool_count(pool_count);
  if (worst == nullptr) return;
  proto.set_utilization_max(worst->utilization());
  proto.set_headroom_min(worst->headroom());
  proto.set_worst_pool(PoolName(view.host.host_id, worst_netns->cookie, *worst));
}

}  // namespace

v1::Host ToProto(const HostView& view, int open_incident_count) {
  v1::Host proto;
  proto.set_name(HostName(view.host.host_id));
  proto.set_state(static_cast<v1::HostState>(view.host.state));
  *proto.mutable_identity() = ToProto(view.host.identity);
  *proto.mutable_attach_time() = ToProto(view.host.attach_time);
  if (view.host.sample_time.has_value()) {
    *proto.mutable_sample_time() = ToProto(*view.host.sample_time);
  }
  if (view.sample != nullptr) AddSample(view, proto);
  proto.set_open_incident_count(open_incident_count);
  return proto;
}

}  // namespace berthmaster
