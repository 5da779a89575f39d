#include "agent/pool_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

std::string WithPort(const IpAddress& address, uint16_t port) {
  return address.is_v4() ? absl::StrCat(address.ToString(), ":", port)
                         : absl::StrCat("[", address.ToString(), "]:", port);
}

std::string Pair(const PoolKey& key) {
  return absl::StrCat(key.source.ToString(), " -> ",
                      WithPort(key.destination, key.destination_port));
}

}  // namespace

absl::string_view PoolKindText(PoolKind kind) {
  switch (kind) {
    case PoolKind::kConnect:
      return "connect";
    case PoolKind::kTimeWaitTable:
      return "TIME_WAIT";
    case PoolKind::kBind:
      return "bind";
    case PoolKind::kUdp:
      return "UDP";
    case PoolKind::kSnat:
      return "SNAT";
    case PoolKind::kConntrackTable:
      return "conntrack";
    case PoolKind::kListener:
      return "listener";
  }
  return "?";
}

std::string PoolKeyText(PoolKind kind, const PoolKey& key) {
  switch (kind) {
    case PoolKind::kConnect:
      return Pair(key);
    case PoolKind::kSnat:
      return absl::StrCat(key.protocol == IpProtocol::kUdp ? "udp " : "tcp ", Pair(key));
    case PoolKind::kBind:
    case PoolKind::kUdp:
      return key.source.ToString();
    case PoolKind::kListener:
      return WithPort(key.destination, key.destination_port);
    case PoolKind::kTimeWaitTable:
    case PoolKind::kConntrackTable:
      return "table";
  }
  return "?";
}

std::string StatesText(const StateCounts& states) {
  std::string text;
  for (int i = 1; i < kTcpStateCount; ++i) {
    auto state = static_cast<TcpState>(i);
    if (states[state] == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", TcpStateName(state), "=", states[state]);
  }
  return text;
}

std::string TerminalText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char& c : text) {
    // Beyond ASCII lie the control characters of C1 and those that turn the direction of text.
    if (absl::ascii_isprint(static_cast<unsigned char>(c)) && c != '\\') {
      clean.push_back(c);
    } else {
      clean.append(absl::CEscape(absl::string_view(&c, 1)));
    }
  }
  return clean;
}

}  // namespace berthmaster
