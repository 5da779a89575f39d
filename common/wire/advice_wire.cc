#include "common/wire/advice_wire.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int64_t kAnyMax = std::numeric_limits<int64_t>::max();
constexpr int kSchemaVersion = 1;

// What a pushed and a published piece of advice have under the same names.
template <typename Proto>
void SetCommon(const DesiredAdvice& advice, Proto& proto) {
  proto.set_rollout(advice.rollout);
  proto.set_netns_cookie(static_cast<int64_t>(advice.netns_cookie));
  proto.set_netns_inode(static_cast<int64_t>(advice.netns_inode));
  proto.set_netns_label(advice.netns_label);
  proto.set_destination_address(advice.destination.ToString());
  proto.set_destination_port(advice.destination_port);
  proto.set_protocol(static_cast<v1::IpProtocol>(advice.protocol));
  if (advice.source.has_value()) proto.set_source_address(advice.source->ToString());
  proto.set_connection_pool_size(advice.connection_pool_size);
  proto.set_ports_saved(advice.ports_saved);
  proto.set_keep_alive(advice.keep_alive);
  if (advice.expire_time.has_value()) *proto.mutable_expire_time() = ToProto(*advice.expire_time);
}

absl::StatusOr<IpAddress> ReadAddress(absl::string_view field, const std::string& text) {
  absl::StatusOr<IpAddress> address = IpAddress::Parse(text);
  if (!address.ok()) return FieldError(field, text, "is not an IP address");
  return address;
}

template <typename Proto>
absl::StatusOr<DesiredAdvice> ReadCommon(const Proto& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("advice.rollout", proto.rollout()));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("advice.netns_cookie", proto.netns_cookie(), 1, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("advice.netns_inode", proto.netns_inode(), 1, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("advice.netns_label", proto.netns_label()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("advice.destination_port", proto.destination_port(), 1, 65535));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("advice.connection_pool_size",
                                         proto.connection_pool_size(), 1, kConnectionPoolSizeMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("advice.ports_saved", proto.ports_saved(), 0,
                                         std::numeric_limits<int32_t>::max()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("advice.keep_alive", proto.keep_alive()));
  if (proto.protocol() != v1::IP_PROTOCOL_TCP && proto.protocol() != v1::IP_PROTOCOL_UDP) {
    return FieldError("advice.protocol", absl::StrCat(static_cast<int>(proto.protocol())),
                      "is not a protocol that this version knows");
  }
  DesiredAdvice advice;
  advice.rollout = proto.rollout();
  advice.netns_cookie = static_cast<uint64_t>(proto.netns_cookie());
  advice.netns_inode = static_cast<uint64_t>(proto.netns_inode());
  advice.netns_label = proto.netns_label();
  BERTHMASTER_ASSIGN_OR_RETURN(
      advice.destination, ReadAddress("advice.destination_address", proto.destination_address()));
  advice.destination_port = static_cast<uint16_t>(proto.destination_port());
  advice.protocol = static_cast<IpProtocol>(proto.protocol());
  if (!proto.source_address().empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(advice.source,
                                 ReadAddress("advice.source_address", proto.source_address()));
  }
  advice.connection_pool_size = proto.connection_pool_size();
  advice.ports_saved = proto.ports_saved();
  advice.keep_alive = proto.keep_alive();
  if (proto.has_expire_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(advice.expire_time,
                                 FromProto(proto.expire_time(), "advice.expire_time"));
  }
  return advice;
}

v1::DestinationAdvice ToDestinationProto(const DesiredAdvice& advice) {
  v1::DestinationAdvice proto;
  SetCommon(advice, proto);
  proto.set_connections_per_second(advice.connection_rate);
  proto.set_hold_time_seconds(absl::ToDoubleSeconds(advice.hold_time));
  return proto;
}

absl::StatusOr<DesiredAdvice> FromDestinationProto(const v1::DestinationAdvice& proto) {
  // Longer than protobuf's own durations are.
  constexpr double kHoldSecondsMax = 315'576'000'000;
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldNumber("advice.connections_per_second",
                                               proto.connections_per_second(), kWireRateMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldNumber("advice.hold_time_seconds", proto.hold_time_seconds(), kHoldSecondsMax));
  BERTHMASTER_ASSIGN_OR_RETURN(DesiredAdvice advice, ReadCommon(proto));
  advice.connection_rate = proto.connections_per_second();
  advice.hold_time = absl::Trunc(
      absl::Seconds(proto.hold_time_seconds()) + absl::Nanoseconds(1) / 2, absl::Nanoseconds(1));
  return advice;
}

}  // namespace

v1::DesiredAdvice ToProto(const DesiredAdvice& advice) {
  v1::DesiredAdvice proto;
  SetCommon(advice, proto);
  proto.set_workload(advice.workload);
  proto.set_connection_rate(advice.connection_rate);
  *proto.mutable_hold_time() = ToProto(advice.hold_time);
  return proto;
}

absl::StatusOr<DesiredAdvice> FromProto(const v1::DesiredAdvice& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("advice.workload", proto.workload()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldNumber("advice.connection_rate", proto.connection_rate(), kWireRateMax));
  BERTHMASTER_ASSIGN_OR_RETURN(DesiredAdvice advice, ReadCommon(proto));
  advice.workload = proto.workload();
  advice.connection_rate = proto.connection_rate();
  BERTHMASTER_ASSIGN_OR_RETURN(advice.hold_time, FromProto(proto.hold_time(), "advice.hold_time"));
  if (advice.hold_time < absl::ZeroDuration()) {
    return FieldError("advice.hold_time", absl::FormatDuration(advice.hold_time), "is negative");
  }
  return advice;
}

v1::AdviceResult ToProto(const AdviceResult& result) {
  v1::AdviceResult proto;
  proto.set_rollout(result.rollout);
  proto.set_netns_cookie(static_cast<int64_t>(result.netns_cookie));
  proto.set_destination_address(result.destination.ToString());
  proto.set_destination_port(result.destination_port);
  proto.set_state(static_cast<v1::AdviceState>(result.state));
  proto.set_path(result.path);
  proto.set_follower_count(result.follower_count);
  proto.set_acknowledged(result.acknowledged);
  proto.set_acknowledgement(result.acknowledgement);
  proto.set_error(result.error);
  return proto;
}

absl::StatusOr<AdviceResult> FromProto(const v1::AdviceResult& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("advice_results.rollout", proto.rollout()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("advice_results.netns_cookie", proto.netns_cookie(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("advice_results.destination_port", proto.destination_port(), 0, 65535));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("advice_results.path", proto.path(), kWirePathBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("advice_results.follower_count", proto.follower_count(), 0,
                                         std::numeric_limits<int32_t>::max()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("advice_results.acknowledgement",
                                             proto.acknowledgement(), kAcknowledgementBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("advice_results.error", proto.error(), kWireSysctlValueBytesMax));
  if (proto.state() < v1::ADVICE_STATE_PUBLISHED || proto.state() > v1::ADVICE_STATE_FAILED) {
    return FieldError("advice_results.state", absl::StrCat(static_cast<int>(proto.state())),
                      "is not a state that this version knows");
  }
  AdviceResult result;
  result.rollout = proto.rollout();
  result.netns_cookie = static_cast<uint64_t>(proto.netns_cookie());
  BERTHMASTER_ASSIGN_OR_RETURN(result.destination, ReadAddress("advice_results.destination_address",
                                                               proto.destination_address()));
  result.destination_port = static_cast<uint16_t>(proto.destination_port());
  result.state = static_cast<AdviceState>(proto.state());
  result.path = proto.path();
  result.follower_count = proto.follower_count();
  result.acknowledged = proto.acknowledged();
  result.acknowledgement = proto.acknowledgement();
  result.error = proto.error();
  return result;
}

v1::WorkloadAdvice ToProto(const WorkloadAdvice& workload) {
  v1::WorkloadAdvice proto;
  proto.set_schema_version(kSchemaVersion);
  *proto.mutable_update_time() = ToProto(workload.update_time);
  proto.set_workload(workload.workload);
  for (const DesiredAdvice& advice : workload.advice) {
    *proto.add_advice() = ToDestinationProto(advice);
  }
  return proto;
}

absl::StatusOr<WorkloadAdvice> FromProto(const v1::WorkloadAdvice& proto) {
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("schema_version", proto.schema_version(), 1, kSchemaVersion));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("workload", proto.workload()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("advice", proto.advice_size(), kDesiredAdviceMax));
  WorkloadAdvice workload;
  BERTHMASTER_ASSIGN_OR_RETURN(workload.update_time, FromProto(proto.update_time(), "update_time"));
  workload.workload = proto.workload();
  for (const v1::DestinationAdvice& entry : proto.advice()) {
    BERTHMASTER_ASSIGN_OR_RETURN(DesiredAdvice advice, FromDestinationProto(entry));
    advice.workload = workload.workload;
    workload.advice.push_back(std::move(advice));
  }
  return workload;
}

}  // namespace berthmaster
