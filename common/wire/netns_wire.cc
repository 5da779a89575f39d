#include "common/wire/netns_wire.h"

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/counts_wire.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int64_t kAnyMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kCountMax = std::numeric_limits<int32_t>::max();
constexpr int kPortMax = 65535;

absl::Status ReadMap(absl::string_view field,
                     const google::protobuf::Map<std::string, std::string>& map,
                     size_t value_bytes_max, std::map<std::string, std::string>& plain) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(field, static_cast<int>(map.size())));
  for (const auto& entry : map) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText(field, entry.first));
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText(field, entry.second, value_bytes_max));
    plain.emplace(entry.first, entry.second);
  }
  return absl::OkStatus();
}

absl::Status ReadName(const v1::Netns& proto, absl::string_view host_id, NetnsSample& netns) {
  absl::StatusOr<NetnsNameParts> parts = ParseNetnsName(proto.name());
  if (!parts.ok()) return Annotate(parts.status(), "netns.name");
  if (parts->host_id != host_id) {
    return FieldError("netns.name", proto.name(),
                      absl::StrCat("is not a namespace of this session's host ", host_id));
  }
  netns.cookie = parts->netns_cookie;
  return absl::OkStatus();
}

absl::Status ReadCounters(const v1::Netns& proto, NetnsSample& netns) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(
      "netns.counters", static_cast<int>(proto.counters().size()), kWireCountersMax));
  for (const auto& entry : proto.counters()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("netns.counters", entry.first));
    BERTHMASTER_RETURN_IF_ERROR(CheckField("netns.counters", entry.second, 0, kAnyMax));
    netns.counters.emplace(entry.first, entry.second);
  }
  return absl::OkStatus();
}

absl::Status ReadFindings(const v1::Netns& proto, NetnsSample& netns) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("netns.findings", proto.findings_size()));
  for (const v1::NetnsFinding& finding_proto : proto.findings()) {
    if (finding_proto.kind() > v1::NETNS_FINDING_KIND_RESTART_BLOCKED) continue;
    BERTHMASTER_RETURN_IF_ERROR(CheckField("finding.kind", finding_proto.kind(),
                                           v1::NETNS_FINDING_KIND_SELF_CONNECT,
                                           v1::NETNS_FINDING_KIND_RESTART_BLOCKED));
    NetnsFinding finding;
    finding.kind = static_cast<FindingKind>(finding_proto.kind());
    BERTHMASTER_RETURN_IF_ERROR(
        ReadAddress("finding.address", finding_proto.address(), finding.address));
    BERTHMASTER_RETURN_IF_ERROR(CheckField("finding.port", finding_proto.port(), 0, kPortMax));
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("finding.socket_count", finding_proto.socket_count(), 0, kCountMax));
    finding.port = static_cast<uint16_t>(finding_proto.port());
    finding.sockets = finding_proto.socket_count();
    netns.findings.push_back(finding);
  }
  return absl::OkStatus();
}

v1::ConnectFailure ToProto(const ConnectFailure& failure) {
  v1::ConnectFailure proto;
  proto.set_source_address(failure.key.source.ToString());
  proto.set_destination_address(failure.key.destination.ToString());
  proto.set_destination_port(failure.key.destination_port);
  proto.set_process(failure.process);
  proto.set_pid(failure.pid);
  proto.set_cgroup(failure.cgroup);
  proto.set_failure_count(failure.count);
  return proto;
}

absl::Status ReadConnectFailures(const v1::Netns& proto, NetnsSample& netns) {
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("netns.connect_failures", proto.connect_failures_size()));
  for (const v1::ConnectFailure& failure_proto : proto.connect_failures()) {
    ConnectFailure failure;
    BERTHMASTER_RETURN_IF_ERROR(ReadAddress("connect_failure.source_address",
                                            failure_proto.source_address(), failure.key.source));
    BERTHMASTER_RETURN_IF_ERROR(ReadAddress("connect_failure.destination_address",
                                            failure_proto.destination_address(),
                                            failure.key.destination));
    BERTHMASTER_RETURN_IF_ERROR(CheckField("connect_failure.destination_port",
                                           failure_proto.destination_port(), 0, kPortMax));
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("connect_failure.process", failure_proto.process()));
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("connect_failure.pid", failure_proto.pid(), 0, kCountMax));
    BERTHMASTER_RETURN_IF_ERROR(
        CheckFieldText("connect_failure.cgroup", failure_proto.cgroup(), kWirePathBytesMax));
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("connect_failure.failure_count", failure_proto.failure_count(), 0, kAnyMax));
    failure.key.destination_port = static_cast<uint16_t>(failure_proto.destination_port());
    failure.process = failure_proto.process();
    failure.pid = failure_proto.pid();
    failure.cgroup = failure_proto.cgroup();
    failure.count = failure_proto.failure_count();
    netns.connect_failures.push_back(std::move(failure));
  }
  return absl::OkStatus();
}

v1::PoolRemainder ToProto(const PoolRemainder& remainder) {
  v1::PoolRemainder proto;
  proto.set_pool_count(remainder.pool_count);
  proto.set_in_use(remainder.in_use);
  proto.set_reusable(remainder.reusable);
  SetStates(remainder.states, *proto.mutable_states());
  proto.mutable_time_wait_releases()->Add(remainder.time_wait_releases.begin(),
                                          remainder.time_wait_releases.end());
  proto.set_lower_bound(remainder.is_lower_bound);
  return proto;
}

absl::Status ReadRemainder(const v1::PoolRemainder& proto, PoolRemainder& remainder) {
  BERTHMASTER_RETURN_IF_ERROR(CheckField("remainder.pool_count", proto.pool_count(), 0, kCountMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("remainder.in_use", proto.in_use(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("remainder.reusable", proto.reusable(), 0, proto.in_use()));
  remainder.pool_count = proto.pool_count();
  remainder.in_use = proto.in_use();
  remainder.reusable = proto.reusable();
  remainder.is_lower_bound = proto.lower_bound();
  BERTHMASTER_RETURN_IF_ERROR(ReadStates("remainder.states", proto.states(), remainder.states));
  return ReadReleases("remainder.time_wait_releases", proto.time_wait_releases(),
                      remainder.time_wait_releases);
}

}  // namespace

v1::Netns ToProto(absl::string_view host_id, const NetnsSample& netns, absl::Time sample_time) {
  v1::Netns proto;
  proto.set_name(NetnsName(host_id, netns.cookie));
  proto.set_inode(static_cast<int64_t>(netns.inode));
  proto.set_label(netns.label);
  proto.mutable_labels()->insert(netns.labels.begin(), netns.labels.end());
  proto.mutable_sysctls()->insert(netns.sysctls.begin(), netns.sysctls.end());
  proto.set_tcp_in_use(netns.tcp_in_use);
  proto.set_time_wait(netns.time_wait);
  proto.mutable_listening_ports_in_range()->Add(netns.listening_ports_in_range.begin(),
                                                netns.listening_ports_in_range.end());
  proto.set_time_wait_overflow_count(netns.time_wait_overflow_count);
  *proto.mutable_sample_time() = ToProto(sample_time);
  for (const std::string& limitation : netns.limitations) proto.add_limitations(limitation);
  if (netns.sample_interval.has_value()) {
    *proto.mutable_sample_interval() = ToProto(*netns.sample_interval);
  }
  proto.set_source(static_cast<v1::SocketSource>(netns.source));
  proto.set_udp_in_use(netns.udp_in_use);
  proto.set_dump_number(netns.dump_number);
  proto.mutable_counters()->insert(netns.counters.begin(), netns.counters.end());
  for (const NetnsFinding& finding : netns.findings) {
    v1::NetnsFinding* finding_proto = proto.add_findings();
    finding_proto->set_kind(static_cast<v1::NetnsFindingKind>(finding.kind));
    finding_proto->set_address(finding.address.ToString());
    finding_proto->set_port(finding.port);
    finding_proto->set_socket_count(finding.sockets);
  }
  for (const ConnectFailure& failure : netns.connect_failures) {
    *proto.add_connect_failures() = ToProto(failure);
  }
  if (netns.remainder.has_value()) *proto.mutable_remainder() = ToProto(*netns.remainder);
  return proto;
}

absl::Status ReadTexts(absl::string_view field,
                       const google::protobuf::RepeatedPtrField<std::string>& texts,
                       std::vector<std::string>& plain) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(field, texts.size()));
  for (const std::string& text : texts) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText(field, text));
    plain.push_back(text);
  }
  return absl::OkStatus();
}

absl::Status ReadNetns(const v1::Netns& proto, absl::string_view host_id, NetnsSample& netns) {
  BERTHMASTER_RETURN_IF_ERROR(ReadName(proto, host_id, netns));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("netns.inode", proto.inode(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("netns.label", proto.label()));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("netns.tcp_in_use", proto.tcp_in_use(), 0, kCountMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("netns.time_wait", proto.time_wait(), 0, kCountMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("netns.time_wait_overflow_count", proto.time_wait_overflow_count(), 0, kAnyMax));
  netns.inode = static_cast<uint64_t>(proto.inode());
  netns.label = proto.label();
  netns.tcp_in_use = proto.tcp_in_use();
  netns.time_wait = proto.time_wait();
  netns.time_wait_overflow_count = proto.time_wait_overflow_count();
  BERTHMASTER_RETURN_IF_ERROR(
      ReadMap("netns.labels", proto.labels(), kWireTextBytesMax, netns.labels));
  BERTHMASTER_RETURN_IF_ERROR(
      ReadMap("netns.sysctls", proto.sysctls(), kWireSysctlValueBytesMax, netns.sysctls));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("netns.listening_ports_in_range",
                                              proto.listening_ports_in_range_size(), kPortMax + 1));
  for (int32_t listen_port : proto.listening_ports_in_range()) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("netns.listening_ports_in_range", listen_port, 0, kPortMax));
    netns.listening_ports_in_range.push_back(listen_port);
  }
  if (proto.has_sample_interval()) {
    BERTHMASTER_ASSIGN_OR_RETURN(netns.sample_interval,
                                 FromProto(proto.sample_interval(), "netns.sample_interval"));
  }
  BERTHMASTER_RETURN_IF_ERROR(CheckField("netns.udp_in_use", proto.udp_in_use(), 0, kCountMax));
  netns.udp_in_use = proto.udp_in_use();
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("netns.dump_number", proto.dump_number(), 0, std::numeric_limits<int64_t>::max()));
  netns.dump_number = proto.dump_number();
  // An agent of before this field reads netlink, and so does one with a source of a later version
  // as far as this one can tell.
  if (proto.source() > v1::SOCKET_SOURCE_UNSPECIFIED &&
      proto.source() <= v1::SOCKET_SOURCE_PROCFS) {
    netns.source = static_cast<SocketSource>(proto.source());
  }
  BERTHMASTER_RETURN_IF_ERROR(ReadCounters(proto, netns));
  BERTHMASTER_RETURN_IF_ERROR(ReadFindings(proto, netns));
  BERTHMASTER_RETURN_IF_ERROR(ReadConnectFailures(proto, netns));
  if (proto.has_remainder()) {
    BERTHMASTER_RETURN_IF_ERROR(ReadRemainder(proto.remainder(), netns.remainder.emplace()));
  }
  return ReadTexts("netns.limitations", proto.limitations(), netns.limitations);
}

}  // namespace berthmaster
