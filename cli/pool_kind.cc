#include "cli/pool_kind.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cli/format.h"

namespace berthmaster {
namespace {

constexpr char kPrefix[] = "POOL_KIND_";

}  // namespace

std::string KindText(v1::PoolKind kind) {
  const std::string name = EnumText(v1::PoolKind_Name(kind), kPrefix);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", "-"}});
}

std::string PoolKindList() {
  std::vector<std::string> kinds;
  for (int kind = v1::POOL_KIND_UNSPECIFIED + 1; kind <= v1::PoolKind_MAX; ++kind) {
    kinds.push_back(KindText(static_cast<v1::PoolKind>(kind)));
  }
  return absl::StrJoin(kinds, ", ");
}

absl::StatusOr<v1::PoolKind> ParsePoolKind(absl::string_view text) {
  v1::PoolKind kind = v1::POOL_KIND_UNSPECIFIED;
  const std::string name = absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}});
  if (v1::PoolKind_Parse(absl::StrCat(kPrefix, name), &kind) && kind != v1::POOL_KIND_UNSPECIFIED) {
    return kind;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is not a kind of pool; use one of ", PoolKindList()));
}

std::string KindMeaning(v1::PoolKind kind) {
  switch (kind) {
    case v1::POOL_KIND_CONNECT:
      return "ports for connect() from this source to this destination; runs out as EADDRNOTAVAIL";
    case v1::POOL_KIND_TIME_WAIT_TABLE:
      return "TIME_WAIT and FIN_WAIT_2 of the netns against tcp_max_tw_buckets; runs out as "
             "TCPTimeWaitOverflow";
    case v1::POOL_KIND_BIND:
      return "ports for bind() to port 0 on this source, whatever the destination; runs out as "
             "EADDRINUSE";
    case v1::POOL_KIND_UDP:
      return "ports for UDP sockets on this source, whatever the destination; runs out as EAGAIN "
             "or EADDRINUSE";
    case v1::POOL_KIND_SNAT:
      return "ports for source NAT to this source, towards this destination; runs out as dropped "
             "packets";
    case v1::POOL_KIND_CONNTRACK_TABLE:
      return "conntrack entries of the netns against nf_conntrack_max; runs out as dropped packets";
    case v1::POOL_KIND_LISTENER:
      return "connections that wait for accept() against the backlog; runs out as ListenOverflows";
    default:
      return "";
  }
}

}  // namespace berthmaster
