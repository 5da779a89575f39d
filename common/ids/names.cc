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

constexpr absl::string_view kTimeWaitTableId = "time-wait-table";
constexpr absl::string_view kConntrackTableId = "conntrack-table";
constexpr absl::string_view kPoolIdForm =
    "{source}-{destination}-{port}, bind-{source}, udp-{source}, "
    "snat-{tcp|udp}-{source}-{destination}-{port}, listen-{address}-{port}, time-wait-table or "
    "conntrack-table";

std::string EndpointText(const IpAddress& address, uint16_t port) {
  const bool is_v4 = address.is_v4();
  return absl::StrCat(is_v4 ? "" : "[", address.ToString(), is_v4 ? "" : "]", ":", port);
}

absl::string_view ProtocolText(IpProtocol protocol) {
  return protocol == IpProtocol::kUdp ? "udp" : "tcp";
}

std::string PoolIdText(PoolKind kind, const PoolKey& key) {
  const auto source = [&key] { return key.source.ToString(); };
  const auto destination = [&key] {
    return absl::StrCat(key.destination.ToString(), "-", key.destination_port);
  };
  switch (kind) {
    case PoolKind::kConnect:
      return absl::StrCat(source(), "-", destination());
    case PoolKind::kTimeWaitTable:
      return std::string(kTimeWaitTableId);
    case PoolKind::kBind:
      return absl::StrCat("bind-", source());
    case PoolKind::kUdp:
      return absl::StrCat("udp-", source());
    case PoolKind::kSnat:
      return absl::StrCat("snat-", ProtocolText(key.protocol), "-", source(), "-", destination());
    case PoolKind::kConntrackTable:
      return std::string(kConntrackTableId);
    case PoolKind::kListener:
      return absl::StrCat("listen-", destination());
  }
  return "";
}

// What the parts of a pool's id are, in their order.
enum class IdPart : uint8_t { kWord, kProtocol, kSource, kDestination, kDestinationPort };

bool ReadIdPart(IdPart what, absl::string_view text, PoolKey& key) {
  int port = 0;
  switch (what) {
    case IdPart::kWord:
      return true;
    case IdPart::kProtocol:
      key.protocol = text == "udp" ? IpProtocol::kUdp : IpProtocol::kTcp;
      return text == "udp" || text == "tcp";
    case IdPart::kSource:
    case IdPart::kDestination: {
      const absl::StatusOr<IpAddress> address = IpAddress::Parse(text);
      if (!address.ok()) return false;
      (what == IdPart::kSource ? key.source : key.destination) = *address;
      return true;
    }
    case IdPart::kDestinationPort:
      if (!absl::SimpleAtoi(text, &port) || port < 0 || port > 65535) return false;
      key.destination_port = static_cast<uint16_t>(port);
      return true;
  }
  return false;
}

struct IdForm {
  PoolKind kind;
  // The first part where it is a word; else empty.
  absl::string_view word;
  std::vector<IdPart> parts;
};

const std::vector<IdForm>& IdForms() {
  using enum IdPart;
  static const auto* const kForms = new std::vector<IdForm>{
      {PoolKind::kBind, "bind", {kWord, kSource}},
      {PoolKind::kUdp, "udp", {kWord, kSource}},
      {PoolKind::kSnat, "snat", {kWord, kProtocol, kSource, kDestination, kDestinationPort}},
      {PoolKind::kListener, "listen", {kWord, kDestination, kDestinationPort}},
      {PoolKind::kConnect, "", {kSource, kDestination, kDestinationPort}},
  };
  return *kForms;
}

}  // namespace

std::string HostName(absl::string_view host_id) { return absl::StrCat("hosts/", host_id); }

std::string NetnsName(absl::string_view host_id, uint64_t netns_cookie) {
  return absl::StrCat("hosts/", host_id, "/netns/", netns_cookie);
}

std::string PoolName(absl::string_view netns_name, PoolKind kind, const PoolKey& key) {
  return absl::StrCat(netns_name, "/pools/", PoolIdText(kind, key));
}

std::string PoolTitle(const PoolId& id, absl::string_view arrow) {
  const PoolKey& key = id.key;
  const auto flow = [&] {
    return absl::StrCat(key.source.ToString(), " ", arrow, " ",
                        EndpointText(key.destination, key.destination_port));
  };
  switch (id.kind) {
    case PoolKind::kConnect:
      return flow();
    case PoolKind::kTimeWaitTable:
      return "TIME_WAIT table";
    case PoolKind::kBind:
      return absl::StrCat("bind() on ", key.source.ToString());
    case PoolKind::kUdp:
      return absl::StrCat("UDP on ", key.source.ToString());
    case PoolKind::kSnat:
      return absl::StrCat("SNAT ", ProtocolText(key.protocol), " ", flow());
    case PoolKind::kConntrackTable:
      return "conntrack table";
    case PoolKind::kListener:
      return absl::StrCat("listener ", EndpointText(key.destination, key.destination_port));
  }
  return "";
}

std::string IncidentName(absl::string_view id) { return absl::StrCat("incidents/", id); }
std::string RecommendationName(absl::string_view id) {
  return absl::StrCat("recommendations/", id);
}
std::string SilenceName(absl::string_view id) { return absl::StrCat("silences/", id); }
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

absl::StatusOr<PoolId> ParsePoolId(absl::string_view last_part) {
  if (last_part == kTimeWaitTableId) return PoolId{PoolKind::kTimeWaitTable, {}};
  if (last_part == kConntrackTableId) return PoolId{PoolKind::kConntrackTable, {}};
  const std::vector<absl::string_view> parts = absl::StrSplit(last_part, '-');
  for (const IdForm& form : IdForms()) {
    if (parts.size() != form.parts.size()) continue;
    if (!form.word.empty() && parts[0] != form.word) continue;
    PoolId id{form.kind, {}};
    bool is_good = true;
    for (size_t index = 0; index < parts.size() && is_good; ++index) {
      is_good = ReadIdPart(form.parts[index], parts[index], id.key);
    }
    if (is_good) return id;
  }
  return BadName(last_part, kPoolIdForm);
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
