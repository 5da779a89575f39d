#include "common/wire/sample_wire.h"

#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/pool_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int64_t kAnyMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kCountMax = std::numeric_limits<int32_t>::max();
constexpr int kPortMax = 65535;

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
  return ReadTexts("netns.limitations", proto.limitations(), netns.limitations);
}

absl::Status ReadPools(const v1::NetnsSample& proto, NetnsSample& netns) {
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("namespaces.pools", proto.pools_size(), kWirePoolsPerNetnsMax));
  netns.pools.reserve(static_cast<size_t>(proto.pools_size()));
  for (const v1::Pool& pool : proto.pools()) {
    if (pool.kind() > v1::POOL_KIND_TIME_WAIT_TABLE) continue;
    absl::StatusOr<PoolSample> plain = FromProto(pool);
    if (!plain.ok()) return Annotate(plain.status(), proto.netns().name());
    netns.pools.push_back(*std::move(plain));
  }
  return absl::OkStatus();
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
  return proto;
}

v1::Sample ToProto(absl::string_view host_id, const HostSample& sample) {
  v1::Sample proto;
  proto.set_sequence(sample.sequence);
  *proto.mutable_sample_time() = ToProto(sample.sample_time);
  for (const NetnsSample& netns : sample.namespaces) {
    v1::NetnsSample* netns_proto = proto.add_namespaces();
    *netns_proto->mutable_netns() = ToProto(host_id, netns, sample.sample_time);
    // It stands once, in the sample.
    netns_proto->mutable_netns()->clear_sample_time();
    for (const PoolSample& pool : netns.pools) *netns_proto->add_pools() = ToSampleProto(pool);
  }
  for (const std::string& limitation : sample.limitations) proto.add_limitations(limitation);
  *proto.mutable_cpu_time() = ToProto(sample.cpu_time);
  return proto;
}

absl::StatusOr<HostSample> FromProto(const v1::Sample& proto, absl::string_view host_id) {
  BERTHMASTER_RETURN_IF_ERROR(CheckField("sample.sequence", proto.sequence(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("sample.namespaces", proto.namespaces_size(), kWireNamespacesMax));
  HostSample sample;
  sample.sequence = proto.sequence();
  BERTHMASTER_ASSIGN_OR_RETURN(sample.sample_time,
                               FromProto(proto.sample_time(), "sample.sample_time"));
  BERTHMASTER_ASSIGN_OR_RETURN(sample.cpu_time, FromProto(proto.cpu_time(), "sample.cpu_time"));
  BERTHMASTER_RETURN_IF_ERROR(
      ReadTexts("sample.limitations", proto.limitations(), sample.limitations));
  std::set<uint64_t> cookies;
  sample.namespaces.reserve(static_cast<size_t>(proto.namespaces_size()));
  for (const v1::NetnsSample& netns_proto : proto.namespaces()) {
    NetnsSample& netns = sample.namespaces.emplace_back();
    BERTHMASTER_RETURN_IF_ERROR(ReadNetns(netns_proto.netns(), host_id, netns));
    if (!cookies.insert(netns.cookie).second) {
      return FieldError("netns.name", netns_proto.netns().name(), "stands twice in one sample");
    }
    BERTHMASTER_RETURN_IF_ERROR(ReadPools(netns_proto, netns));
  }
  return sample;
}

}  // namespace berthmaster
