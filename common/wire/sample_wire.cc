#include "common/wire/sample_wire.h"

#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/netns_wire.h"
#include "common/wire/pool_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int64_t kAnyMax = std::numeric_limits<int64_t>::max();

absl::Status ReadPools(const v1::NetnsSample& proto, NetnsSample& netns) {
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("namespaces.pools", proto.pools_size(), kWirePoolsPerNetnsMax));
  netns.pools.reserve(static_cast<size_t>(proto.pools_size()));
  for (const v1::Pool& pool : proto.pools()) {
    if (pool.kind() > kPoolKindMax) continue;
    absl::StatusOr<PoolSample> plain = FromProto(pool);
    if (!plain.ok()) return Annotate(plain.status(), proto.netns().name());
    netns.pools.push_back(*std::move(plain));
  }
  return absl::OkStatus();
}

absl::Status CheckIsFull(const v1::Sample& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckField("sample.base_sequence", proto.base_sequence(), 0, 0));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("sample.removed_netns", proto.removed_netns_size(), 0));
  for (const v1::NetnsSample& netns : proto.namespaces()) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckFieldCount("namespaces.removed_pools", netns.removed_pools_size(), 0));
    if (!netns.facts_unchanged()) continue;
    return FieldError("namespaces.facts_unchanged", netns.netns().name(),
                      "is in a sample without a base");
  }
  return absl::OkStatus();
}

}  // namespace

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
  BERTHMASTER_RETURN_IF_ERROR(CheckIsFull(proto));
  return ReadSampleMessage(proto, host_id);
}

absl::StatusOr<HostSample> ReadSampleMessage(const v1::Sample& proto, absl::string_view host_id) {
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
