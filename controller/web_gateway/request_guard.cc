#include "controller/web_gateway/request_guard.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

constexpr std::array<absl::string_view, 9> kCallableServices = {
    "berthmaster.v1.AuditService",          "berthmaster.v1.EventService",
    "berthmaster.v1.HostService",           "berthmaster.v1.IncidentService",
    "berthmaster.v1.PolicyService",         "berthmaster.v1.PoolService",
    "berthmaster.v1.RecommendationService", "berthmaster.v1.RolloutService",
    "berthmaster.v1.SilenceService",
};

// How much of a header an error shows.
constexpr size_t kShownBytesMax = 100;

std::string Shown(absl::string_view text) {
  return absl::CHexEscape(text.substr(0, kShownBytesMax));
}

// The host of "HOST", "HOST:PORT", "[V6]" and "[V6]:PORT".
absl::string_view HostOf(absl::string_view host_header) {
  if (absl::ConsumePrefix(&host_header, "[")) return host_header.substr(0, host_header.find(']'));
  return host_header.substr(0, host_header.rfind(':'));
}

}  // namespace

absl::Status CheckHost(const Endpoint& listen, absl::string_view host_header) {
  if (host_header.empty()) return absl::InvalidArgumentError("the request has no Host header");
  if (!listen.is_loopback()) return absl::OkStatus();
  const absl::string_view host = HostOf(host_header);
  if (absl::EqualsIgnoreCase(host, listen.host) || absl::EqualsIgnoreCase(host, "localhost")) {
    return absl::OkStatus();
  }
  const absl::StatusOr<IpAddress> address = IpAddress::Parse(host);
  if (address.ok() && address->is_loopback()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("this server answers for localhost, not for '",
                                                  Shown(host_header), "'; use http://",
                                                  listen.ToString(), "/"));
}

absl::Status CheckOrigin(absl::string_view origin_header, absl::string_view host_header) {
  if (origin_header.empty()) return absl::OkStatus();
  absl::string_view origin = origin_header;
  // https too: a proxy in front may end TLS.
  const bool has_scheme =
      absl::ConsumePrefix(&origin, "http://") || absl::ConsumePrefix(&origin, "https://");
  if (has_scheme && absl::EqualsIgnoreCase(origin, host_header)) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(
      "a page of '", Shown(origin_header), "' may not call this server; open its own dashboard"));
}

bool IsCallable(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/")) return false;
  const size_t slash = path.find('/');
  if (slash == absl::string_view::npos) return false;
  const absl::string_view method = path.substr(slash + 1);
  const bool is_method =
      !method.empty() && std::all_of(method.begin(), method.end(),
                                     [](unsigned char c) { return absl::ascii_isalnum(c); });
  return is_method && std::find(kCallableServices.begin(), kCallableServices.end(),
                                path.substr(0, slash)) != kCallableServices.end();
}

}  // namespace berthmaster
