#ifndef BERTHMASTER_COMMON_IDS_NAMES_H_
#define BERTHMASTER_COMMON_IDS_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// Resource names (AIP-122). Building never fails; parsing refuses what building could not have
// made, with INVALID_ARGUMENT.

// "hosts/web-1"
std::string HostName(absl::string_view host_id);
// "hosts/web-1/netns/7"
std::string NetnsName(absl::string_view host_id, uint64_t netns_cookie);
// "hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443"; the last part by kind:
//   connect pool  {source}-{destination}-{destination port}
//   bind pool     bind-{source}
//   UDP pool      udp-{source}
//   SNAT pool     snat-{tcp|udp}-{source}-{destination}-{destination port}
//   listener      listen-{address}-{port}
//   tables        time-wait-table, conntrack-table
std::string PoolName(absl::string_view netns_name, PoolKind kind, const PoolKey& key);

// What a person calls a pool; `arrow` stands between source and destination:
//   connect pool  10.0.0.1 → [2001:db8::2]:443
//   bind pool     bind() on 10.0.0.1
//   UDP pool      UDP on 10.0.0.1
//   SNAT pool     SNAT tcp 10.0.0.1 → 10.0.0.2:443
//   listener      listener 10.0.0.1:443
//   tables        TIME_WAIT table, conntrack table
std::string PoolTitle(const PoolId& id, absl::string_view arrow = "→");

std::string IncidentName(absl::string_view id);
std::string RecommendationName(absl::string_view id);
std::string RolloutName(absl::string_view id);
std::string SilenceName(absl::string_view id);

struct NetnsNameParts {
  std::string host_id;
  uint64_t netns_cookie = 0;
};

// The host id in "hosts/{host}".
absl::StatusOr<std::string> ParseHostName(absl::string_view name);
// The parts of "hosts/{host}/netns/{netns}".
absl::StatusOr<NetnsNameParts> ParseNetnsName(absl::string_view name);

// The kind and key in the last part of a pool's name. Addresses may be in any spelling.
absl::StatusOr<PoolId> ParsePoolId(absl::string_view last_part);

// The "hosts/{host}/netns/{netns}" that a pool's name begins with.
absl::StatusOr<std::string> NetnsOfPoolName(absl::string_view pool_name);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_IDS_NAMES_H_
