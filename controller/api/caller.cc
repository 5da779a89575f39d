#include "controller/api/caller.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/audit/audit_entry.h"
#include "common/ids/user_name.h"

namespace berthmaster {

std::string SourceOf(absl::string_view peer) {
  // gRPC has no name for the peer of a call without a socket.
  if (peer == "unknown" || absl::StartsWith(peer, "inproc")) return "web";
  if (absl::ConsumePrefix(&peer, "ipv4:") || absl::ConsumePrefix(&peer, "ipv6:")) {
    return absl::StrReplaceAll(peer.substr(0, kAuditSourceBytesMax),
                               {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
  }
  return std::string(peer.substr(0, kAuditSourceBytesMax));
}

Caller IdentifyCaller(const grpc::CallbackServerContext& context) {
  Caller caller{"local", SourceOf(context.peer())};
  const auto [first, last] = context.client_metadata().equal_range(kUserMetadata);
  // Two names are none.
  if (first == last || std::next(first) != last) return caller;
  const absl::string_view name(first->second.data(), first->second.size());
  if (IsUserName(name)) caller.who = absl::StrCat("local/", name);
  return caller;
}

std::string CallerOf(const grpc::CallbackServerContext& context) {
  return IdentifyCaller(context).who;
}

}  // namespace berthmaster
