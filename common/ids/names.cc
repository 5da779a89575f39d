#include "common/ids/names.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/ids/ids.h"

namespace berthmaster {
namespace {

absl::Status BadName(absl::string_view name, absl::string_view form) {
  return absl::InvalidArgumentError(absl::StrCat("'", name, "' is not a name of the form ", form));
}

}  // namespace

std::string HostName(absl::string_view host_id) { return absl::StrCat("hosts/", host_id); }

std::string NetnsName(absl::string_view host_id, uint64_t netns_cookie) {
  return absl::StrCat("hosts/", host_id, "/netns/", netns_cookie);
}

std::string ConnectPoolName(absl::string_view netns_name, const ConnectPoolKey& key) {
  return absl::StrCat(netns_name, "/pools/", key.source.ToString(), "-", key.destination.ToString(),
                      "-", key.destination_port);
}

std::string TimeWaitTableName(absl::string_view netns_name) {
  return absl::StrCat(netns_name, "/pools/time-wait-table");
}

std::string IncidentName(absl::string_view id) { return absl::StrCat("incidents/", id); }
std::string RecommendationName(absl::string_view id) {
  return absl::StrCat("recommendations/", id);
}
std::string RolloutName(absl::string_view id) { return absl::StrCat("rollouts/", id); }

absl::StatusOr<std::string> ParseHostName(absl::string_view name) {
  std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 || parts[0] != "hosts" || !CheckHostId(parts[1]).ok()) {
    return BadName(name, "hosts/{host}");
  }
  return std::string(parts[1]);
}

absl::StatusOr<NetnsNameParts> ParseNetnsName(absl::string_view name) {
  std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  NetnsNameParts result;
  if (parts.size() != 4 || parts[0] != "hosts" || !CheckHostId(parts[1]).ok() ||
      parts[2] != "netns" || !absl::SimpleAtoi(parts[3], &result.netns_cookie) ||
      absl::StrCat(result.netns_cookie) != parts[3]) {
    return BadName(name, "hosts/{host}/netns/{netns}");
  }
  result.host_id = std::string(parts[1]);
  return result;
}

absl::StatusOr<std::string> NetnsOfPoolName(absl::string_view pool_name) {
  std::vector<absl::string_view> parts = absl::StrSplit(pool_name, '/');
  if (parts.size() != 6 || parts[4] != "pools" || parts[5].empty()) {
    return BadName(pool_name, "hosts/{host}/netns/{netns}/pools/{pool}");
  }
  std::string netns_name = absl::StrCat(parts[0], "/", parts[1], "/", parts[2], "/", parts[3]);
  if (!ParseNetnsName(netns_name).ok()) {
    return BadName(pool_name, "hosts/{host}/netns/{netns}/pools/{pool}");
  }
  return netns_name;
}

}  // namespace berthmaster
