#include "common/wire/pool_wire.h"

#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/counts_wire.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int32_t kCountMax = std::numeric_limits<int32_t>::max();
constexpr int kPortMax = 65535;
// A hold time above this is a broken clock, not a connection.
constexpr absl::Duration kHoldTimeMax = absl::Hours(24 * 366 * 10);

absl::Status ReadKey(const v1::Pool& proto, PoolKind kind, PoolKey& key) {
  if (HasSource(kind)) {
    BERTHMASTER_RETURN_IF_ERROR(
        ReadAddress("pool.source_address", proto.source_address(), key.source));
  }
  if (HasDestination(kind)) {
    BERTHMASTER_RETURN_IF_ERROR(
        ReadAddress("pool.destination_address", proto.destination_address(), key.destination));
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("pool.destination_port", proto.destination_port(), 0, kPortMax));
    key.destination_port = static_cast<uint16_t>(proto.destination_port());
  }
  // The others follow from the kind.
  if (kind == PoolKind::kSnat && proto.protocol() == v1::IP_PROTOCOL_UDP) {
    key.protocol = IpProtocol::kUdp;
  }
  return absl::OkStatus();
}

absl::Status ReadCounts(const v1::Pool& proto, PoolSample& pool) {
  BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.capacity", proto.capacity(), 0, kCountMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.in_use", proto.in_use(), 0, kCountMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.reusable", proto.reusable(), 0, proto.in_use()));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.blocked", proto.blocked(), 0, kPortMax + 1));
  pool.capacity = proto.capacity();
  pool.in_use = proto.in_use();
  pool.reusable = proto.reusable();
  pool.blocked = proto.blocked();
  BERTHMASTER_RETURN_IF_ERROR(ReadStates("pool.states", proto.states(), pool.states));
  return ReadReleases("pool.time_wait_releases", proto.time_wait_releases(),
                      pool.time_wait_releases);
}

absl::Status ReadNumber(absl::string_view field, bool is_there, double number, double max,
                        std::optional<double>& plain) {
  if (!is_there) return absl::OkStatus();
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldNumber(field, number, max));
  plain = number;
  return absl::OkStatus();
}

absl::Status ReadRates(const v1::Pool& proto, PoolSample& pool) {
  BERTHMASTER_RETURN_IF_ERROR(ReadNumber("pool.connection_rate", proto.has_connection_rate(),
                                         proto.connection_rate(), kWireRateMax,
                                         pool.connection_rate));
  BERTHMASTER_RETURN_IF_ERROR(ReadNumber("pool.time_wait_rate", proto.has_time_wait_rate(),
                                         proto.time_wait_rate(), kWireRateMax,
                                         pool.time_wait_rate));
  BERTHMASTER_RETURN_IF_ERROR(ReadNumber("pool.close_rate", proto.has_close_rate(),
                                         proto.close_rate(), kWireRateMax, pool.close_rate));
  if (!proto.has_hold_time()) return absl::OkStatus();
  BERTHMASTER_ASSIGN_OR_RETURN(absl::Duration hold_time,
                               FromProto(proto.hold_time(), "pool.hold_time"));
  if (hold_time < absl::ZeroDuration() || hold_time > kHoldTimeMax) {
    return FieldError("pool.hold_time", absl::FormatDuration(hold_time), "is not 0 to 10 years");
  }
  pool.hold_time = hold_time;
  return absl::OkStatus();
}

absl::Status ReadShares(const v1::Pool& proto, PoolSample& pool) {
  BERTHMASTER_RETURN_IF_ERROR(ReadNumber("pool.local_close_share", proto.has_local_close_share(),
                                         proto.local_close_share(), 1, pool.local_close_share));
  BERTHMASTER_RETURN_IF_ERROR(ReadNumber("pool.wrong_parity_share", proto.has_wrong_parity_share(),
                                         proto.wrong_parity_share(), 1, pool.wrong_parity_share));
  return ReadNumber("pool.early_bind_share", proto.has_early_bind_share(), proto.early_bind_share(),
                    1, pool.early_bind_share);
}

absl::Status ReadOwners(const v1::Pool& proto, PoolSample& pool) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("pool.owners", proto.owners_size(), kWireOwnersMax));
  for (const v1::PoolOwner& owner : proto.owners()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("owner.process", owner.process()));
    BERTHMASTER_RETURN_IF_ERROR(CheckField("owner.pid", owner.pid(), 0, kCountMax));
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("owner.cgroup", owner.cgroup(), kWirePathBytesMax));
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("owner.socket_count", owner.socket_count(), 0, kCountMax));
    pool.owners.push_back({owner.process(), owner.pid(), owner.cgroup(), owner.socket_count()});
  }
  return absl::OkStatus();
}

IpProtocol ProtocolOf(const PoolSample& pool) {
  return pool.kind == PoolKind::kUdp ? IpProtocol::kUdp : pool.key.protocol;
}

v1::ConnectCost CostToProto(const ConnectCost& cost) {
  v1::ConnectCost proto;
  *proto.mutable_cpu_each() = ToProto(cost.cpu_each);
  if (cost.core_share.has_value()) proto.set_core_share(*cost.core_share);
  return proto;
}

}  // namespace

v1::Pool ToSampleProto(const PoolSample& pool) {
  v1::Pool proto;
  proto.set_kind(static_cast<v1::PoolKind>(pool.kind));
  if (HasSource(pool.kind)) proto.set_source_address(pool.key.source.ToString());
  if (HasDestination(pool.kind)) {
    proto.set_destination_address(pool.key.destination.ToString());
    proto.set_destination_port(pool.key.destination_port);
  }
  proto.set_protocol(static_cast<v1::IpProtocol>(ProtocolOf(pool)));
  proto.set_capacity(pool.capacity);
  proto.set_in_use(pool.in_use);
  proto.set_reusable(pool.reusable);
  proto.set_blocked(pool.blocked);
  SetStates(pool.states, *proto.mutable_states());
  if (pool.connection_rate.has_value()) proto.set_connection_rate(*pool.connection_rate);
  if (pool.time_wait_rate.has_value()) proto.set_time_wait_rate(*pool.time_wait_rate);
  if (pool.hold_time.has_value()) *proto.mutable_hold_time() = ToProto(*pool.hold_time);
  if (pool.close_rate.has_value()) proto.set_close_rate(*pool.close_rate);
  if (pool.local_close_share.has_value()) proto.set_local_close_share(*pool.local_close_share);
  if (pool.wrong_parity_share.has_value()) proto.set_wrong_parity_share(*pool.wrong_parity_share);
  if (pool.early_bind_share.has_value()) proto.set_early_bind_share(*pool.early_bind_share);
  if (pool.connect_failures.has_value()) proto.set_connect_failure_count(*pool.connect_failures);
  for (const PoolOwner& owner : pool.owners) {
    v1::PoolOwner* owner_proto = proto.add_owners();
    owner_proto->set_process(owner.process);
    owner_proto->set_pid(owner.pid);
    owner_proto->set_cgroup(owner.cgroup);
    owner_proto->set_socket_count(owner.sockets);
  }
  proto.mutable_time_wait_releases()->Add(pool.time_wait_releases.begin(),
                                          pool.time_wait_releases.end());
  return proto;
}

v1::Pool ToProto(absl::string_view host_id, const NetnsSample& netns, const PoolSample& pool,
                 absl::Time sample_time, const Forecast* forecast, bool with_curve) {
  v1::Pool proto = ToSampleProto(pool);
  proto.set_name(PoolName(NetnsName(host_id, netns.cookie), pool.kind, pool.key));
  proto.set_netns(NetnsName(host_id, netns.cookie));
  proto.set_netns_inode(static_cast<int64_t>(netns.inode));
  proto.set_netns_label(netns.label);
  proto.set_headroom(pool.headroom());
  proto.set_utilization(pool.utilization());
  *proto.mutable_sample_time() = ToProto(sample_time);
  if (!with_curve) proto.clear_time_wait_releases();
  if (forecast == nullptr) return proto;
  if (forecast->settled_utilization.has_value()) {
    proto.set_settled_utilization(*forecast->settled_utilization);
  }
  if (forecast->time_to_exhaustion.has_value()) {
    *proto.mutable_time_to_exhaustion() = ToProto(*forecast->time_to_exhaustion);
  }
  if (forecast->time_to_exhaustion_min.has_value()) {
    *proto.mutable_time_to_exhaustion_min() = ToProto(*forecast->time_to_exhaustion_min);
  }
  if (forecast->time_to_exhaustion_max.has_value()) {
    *proto.mutable_time_to_exhaustion_max() = ToProto(*forecast->time_to_exhaustion_max);
  }
  if (forecast->connect_cost.has_value()) {
    *proto.mutable_connect_cost() = CostToProto(*forecast->connect_cost);
  }
  if (forecast->settled_connect_cost.has_value()) {
    *proto.mutable_settled_connect_cost() = CostToProto(*forecast->settled_connect_cost);
  }
  if (!with_curve) return proto;
  for (const ForecastPoint& point : forecast->curve) {
    v1::ForecastPoint* point_proto = proto.add_forecast();
    *point_proto->mutable_offset() = ToProto(point.offset);
    point_proto->set_in_use(point.in_use);
    point_proto->set_in_use_min(point.in_use_min);
    point_proto->set_in_use_max(point.in_use_max);
  }
  return proto;
}

absl::StatusOr<PoolSample> FromProto(const v1::Pool& proto) {
  PoolSample pool;
  if (proto.kind() <= v1::POOL_KIND_UNSPECIFIED || proto.kind() > kPoolKindMax) {
    return FieldError("pool.kind", absl::StrCat(static_cast<int>(proto.kind())),
                      "is not a kind that this version knows");
  }
  pool.kind = static_cast<PoolKind>(proto.kind());
  BERTHMASTER_RETURN_IF_ERROR(ReadKey(proto, pool.kind, pool.key));
  BERTHMASTER_RETURN_IF_ERROR(ReadCounts(proto, pool));
  BERTHMASTER_RETURN_IF_ERROR(ReadRates(proto, pool));
  BERTHMASTER_RETURN_IF_ERROR(ReadShares(proto, pool));
  if (proto.has_connect_failure_count()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.connect_failure_count",
                                           proto.connect_failure_count(), 0,
                                           std::numeric_limits<int64_t>::max()));
    pool.connect_failures = proto.connect_failure_count();
  }
  BERTHMASTER_RETURN_IF_ERROR(ReadOwners(proto, pool));
  return pool;
}

}  // namespace berthmaster
