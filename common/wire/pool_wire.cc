#include "common/wire/pool_wire.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int32_t kCountMax = std::numeric_limits<int32_t>::max();
constexpr int kPortMax = 65535;
// A hold time above this is a broken clock, not a connection.
constexpr absl::Duration kHoldTimeMax = absl::Hours(24 * 366 * 10);

absl::Status ReadKey(const v1::Pool& proto, ConnectPoolKey& key) {
  absl::StatusOr<IpAddress> source = IpAddress::Parse(proto.source_address());
  if (!source.ok()) {
    return FieldError("pool.source_address", proto.source_address(), "is not an IP address");
  }
  absl::StatusOr<IpAddress> destination = IpAddress::Parse(proto.destination_address());
  if (!destination.ok()) {
    return FieldError("pool.destination_address", proto.destination_address(),
                      "is not an IP address");
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("pool.destination_port", proto.destination_port(), 0, kPortMax));
  key = {*source, *destination, static_cast<uint16_t>(proto.destination_port())};
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
  // A map cannot name more states than there are once each name is known, so it needs no bound of
  // its own.
  for (const auto& entry : proto.states()) {
    std::optional<TcpState> state = ParseTcpState(entry.first);
    if (!state.has_value()) return FieldError("pool.states", entry.first, "is not a TCP state");
    BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.states", entry.second, 0, kCountMax));
    pool.states[*state] = entry.second;
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("pool.time_wait_releases", proto.time_wait_releases_size(), kReleaseSeconds));
  for (int32_t count : proto.time_wait_releases()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckField("pool.time_wait_releases", count, 0, kCountMax));
  }
  if (proto.time_wait_releases_size() > 0) {
    pool.time_wait_releases.assign(proto.time_wait_releases().begin(),
                                   proto.time_wait_releases().end());
    pool.time_wait_releases.resize(kReleaseSeconds);
  }
  return absl::OkStatus();
}

absl::Status ReadRates(const v1::Pool& proto, PoolSample& pool) {
  if (proto.has_connection_rate()) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckFieldNumber("pool.connection_rate", proto.connection_rate(), kWireRateMax));
    pool.connection_rate = proto.connection_rate();
  }
  if (proto.has_time_wait_rate()) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckFieldNumber("pool.time_wait_rate", proto.time_wait_rate(), kWireRateMax));
    pool.time_wait_rate = proto.time_wait_rate();
  }
  if (!proto.has_hold_time()) return absl::OkStatus();
  BERTHMASTER_ASSIGN_OR_RETURN(absl::Duration hold_time,
                               FromProto(proto.hold_time(), "pool.hold_time"));
  if (hold_time < absl::ZeroDuration() || hold_time > kHoldTimeMax) {
    return FieldError("pool.hold_time", absl::FormatDuration(hold_time), "is not 0 to 10 years");
  }
  pool.hold_time = hold_time;
  return absl::OkStatus();
}

std::string PoolName(absl::string_view host_id, uint64_t netns_cookie, const PoolSample& pool) {
  const std::string netns_name = NetnsName(host_id, netns_cookie);
  return pool.kind == PoolKind::kConnect ? ConnectPoolName(netns_name, pool.key)
                                         : TimeWaitTableName(netns_name);
}

}  // namespace

v1::Pool ToSampleProto(const PoolSample& pool) {
  v1::Pool proto;
  proto.set_kind(static_cast<v1::PoolKind>(pool.kind));
  if (pool.kind == PoolKind::kConnect) {
    proto.set_source_address(pool.key.source.ToString());
    proto.set_destination_address(pool.key.destination.ToString());
    proto.set_destination_port(pool.key.destination_port);
  }
  proto.set_capacity(pool.capacity);
  proto.set_in_use(pool.in_use);
  proto.set_reusable(pool.reusable);
  proto.set_blocked(pool.blocked);
  for (int index = 1; index < kTcpStateCount; ++index) {
    const auto state = static_cast<TcpState>(index);
    if (pool.states[state] == 0) continue;
    (*proto.mutable_states())[std::string(TcpStateName(state))] = pool.states[state];
  }
  if (pool.connection_rate.has_value()) proto.set_connection_rate(*pool.connection_rate);
  if (pool.time_wait_rate.has_value()) proto.set_time_wait_rate(*pool.time_wait_rate);
  if (pool.hold_time.has_value()) *proto.mutable_hold_time() = ToProto(*pool.hold_time);
  proto.mutable_time_wait_releases()->Add(pool.time_wait_releases.begin(),
                                          pool.time_wait_releases.end());
  return proto;
}

v1::Pool ToProto(absl::string_view host_id, const NetnsSample& netns, const PoolSample& pool,
                 absl::Time sample_time, const Forecast* forecast, bool with_curve) {
  v1::Pool proto = ToSampleProto(pool);
  proto.set_name(PoolName(host_id, netns.cookie, pool));
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
  if (!with_curve) return proto;
  for (const ForecastPoint& point : forecast->curve) {
    v1::ForecastPoint* point_proto = proto.add_forecast();
    *point_proto->mutable_offset() = ToProto(point.offset);
    point_proto->set_in_use(point.in_use);
  }
  return proto;
}

absl::StatusOr<PoolSample> FromProto(const v1::Pool& proto) {
  PoolSample pool;
  if (proto.kind() != v1::POOL_KIND_CONNECT && proto.kind() != v1::POOL_KIND_TIME_WAIT_TABLE) {
    return FieldError("pool.kind", absl::StrCat(static_cast<int>(proto.kind())),
                      "is not a kind that this version knows");
  }
  pool.kind = static_cast<PoolKind>(proto.kind());
  if (pool.kind == PoolKind::kConnect) BERTHMASTER_RETURN_IF_ERROR(ReadKey(proto, pool.key));
  BERTHMASTER_RETURN_IF_ERROR(ReadCounts(proto, pool));
  BERTHMASTER_RETURN_IF_ERROR(ReadRates(proto, pool));
  return pool;
}

}  // namespace berthmaster
