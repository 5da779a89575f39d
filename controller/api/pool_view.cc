#include "controller/api/pool_view.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/forecast/forecast.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/pool_wire.h"
#include "controller/model/names.h"

namespace berthmaster {
v1::Pool ToProto(const PoolRef& ref, bool with_curve) {
  const PoolHistories& histories = ref.host->histories;
  const auto history = histories.find(PoolOfHost{ref.netns->cookie, ref.pool->id()});
  const Forecast forecast = MakeForecast(*ref.pool, ref.netns->sysctls,
                                         history == histories.end() ? nullptr : &history->second);
  return ToProto(ref.host->host.host_id, *ref.netns, *ref.pool, ref.host->sample->sample_time,
                 &forecast, with_curve);
}

std::string NameOf(const PoolRef& ref) {
  return PoolName(ref.host->host.host_id, ref.netns->cookie, *ref.pool);
}

bool HostPrefixLess(absl::string_view host_id_a, absl::string_view host_id_b) {
  const size_t common = std::min(host_id_a.size(), host_id_b.size());
  const int order = host_id_a.substr(0, common).compare(host_id_b.substr(0, common));
  if (order != 0) return order < 0;
  if (host_id_a.size() == host_id_b.size()) return false;
  // The shorter one goes on with a slash.
  return host_id_a.size() < host_id_b.size() ? '/' < host_id_b[common] : host_id_a[common] < '/';
}

bool NameLess(const PoolRef& a, const PoolRef& b) {
  if (a.host != b.host) return HostPrefixLess(a.host->host.host_id, b.host->host.host_id);
  if (a.netns != b.netns) {
    // Digits only, and a digit sorts after the slash that follows a shorter number.
    return absl::AlphaNum(a.netns->cookie).Piece() < absl::AlphaNum(b.netns->cookie).Piece();
  }
  return NameOf(a) < NameOf(b);
}

const NetnsSample* FindNetns(const HostView& host, uint64_t netns_cookie) {
  if (host.sample == nullptr) return nullptr;
  for (const NetnsSample& netns : host.sample->namespaces) {
    if (netns.cookie == netns_cookie) return &netns;
  }
  return nullptr;
}

const PoolSample* FindPool(const NetnsSample& netns, absl::string_view pool_id) {
  const absl::StatusOr<PoolId> id = ParsePoolId(pool_id);
  if (!id.ok()) return nullptr;
  for (const PoolSample& pool : netns.pools) {
    if (pool.kind == id->kind && pool.key == id->key) return &pool;
  }
  return nullptr;
}

absl::StatusOr<PoolMatcher> PoolMatcher::Parse(const v1::PoolFilter& filter) {
  PoolMatcher matcher;
  if (!filter.by_host().empty()) {
    absl::StatusOr<std::string> host_id = ParseHostName(filter.by_host());
    if (!host_id.ok()) return Annotate(host_id.status(), "filter.by_host");
    matcher.host_id_ = *std::move(host_id);
  }
  if (!filter.by_netns().empty()) {
    absl::StatusOr<NetnsNameParts> parts = ParseNetnsName(filter.by_netns());
    if (!parts.ok()) return Annotate(parts.status(), "filter.by_netns");
    if (matcher.host_id_.has_value() && *matcher.host_id_ != parts->host_id) {
      return FieldError("filter.by_netns", filter.by_netns(),
                        absl::StrCat("is not a namespace of ", filter.by_host()));
    }
    matcher.host_id_ = parts->host_id;
    matcher.netns_cookie_ = parts->netns_cookie;
  }
  if (!filter.by_destination_address().empty()) {
    absl::StatusOr<IpAddress> address = IpAddress::Parse(filter.by_destination_address());
    if (!address.ok()) return Annotate(address.status(), "filter.by_destination_address");
    matcher.destination_ = *address;
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("filter.by_destination_port", filter.by_destination_port(), 0, 65535));
  matcher.destination_port_ = static_cast<uint16_t>(filter.by_destination_port());
  if (filter.by_kind() != v1::POOL_KIND_UNSPECIFIED) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("filter.by_kind", filter.by_kind(), v1::POOL_KIND_CONNECT, kPoolKindMax));
    matcher.kind_ = static_cast<PoolKind>(filter.by_kind());
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldNumber("filter.by_utilization_min", filter.by_utilization_min(), 1));
  matcher.utilization_min_ = filter.by_utilization_min();
  return matcher;
}

bool PoolMatcher::MatchesPool(const PoolSample& pool) const {
  if (kind_ && pool.kind != *kind_) return false;
  const bool wants_key = destination_.has_value() || destination_port_ != 0;
  if (wants_key && !HasDestination(pool.kind)) return false;
  if (destination_ && pool.key.destination != *destination_) return false;
  if (destination_port_ != 0 && pool.key.destination_port != destination_port_) return false;
  return pool.utilization() >= utilization_min_;
}

}  // namespace berthmaster
