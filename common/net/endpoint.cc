#include "common/net/endpoint.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace berthmaster {

std::string Endpoint::ToString() const {
  bool brackets = host.find(':') != std::string::npos;
  return brackets ? absl::StrCat("[", host, "]:", listen_port)
                  : absl::StrCat(host, ":", listen_port);
}

bool Endpoint::is_loopback() const {
  if (host == "localhost") return true;
  absl::StatusOr<IpAddress> address = IpAddress::Parse(host);
  return address.ok() && address->is_loopback();
}

absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text) {
  auto bad = [text](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' ", what, "; write HOST:PORT, for example 127.0.0.1:7600"));
  };
  size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return bad("has no port");
  absl::string_view host = text.substr(0, colon);
  absl::string_view digits = text.substr(colon + 1);
  int port = 0;
  // SimpleAtoi also takes a sign and white space.
  if (!std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &port) || port > 65535) {
    return bad("has no port between 0 and 65535");
  }
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]")) return bad("has an open bracket");
  } else if (host.find(':') != absl::string_view::npos) {
    return bad("has an IPv6 address without brackets");
  }
  if (host.empty()) return bad("has no host");
  return Endpoint{std::string(host), static_cast<uint16_t>(port)};
}

}  // namespace berthmaster
