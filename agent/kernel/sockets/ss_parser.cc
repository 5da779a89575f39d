#include "agent/kernel/sockets/ss_parser.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/kernel/line_buffer.h"
#include "common/net/ip_address.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr uint64_t kMsPerSecond = 1000;
constexpr uint64_t kSecondsPerMinute = 60;
constexpr size_t kTimeDigitsMax = 4;
// No timer of TCP is longer, and 32 bits hold it.
constexpr uint64_t kTimeMsMax = 9999 * kSecondsPerMinute * kMsPerSecond;

// IFNAMSIZ - 1.
constexpr size_t kInterfaceNameBytesMax = 15;

struct StateName {
  absl::string_view name;
  TcpState state;
};
// sstate_name of misc/ss.c. A TCP socket that is only bound and a UDP socket that is not connected
// are UNCONN.
constexpr StateName kStateNames[] = {
    {"ESTAB", TcpState::kEstablished},    {"SYN-SENT", TcpState::kSynSent},
    {"SYN-RECV", TcpState::kSynRecv},     {"FIN-WAIT-1", TcpState::kFinWait1},
    {"FIN-WAIT-2", TcpState::kFinWait2},  {"TIME-WAIT", TcpState::kTimeWait},
    {"UNCONN", TcpState::kBoundInactive}, {"CLOSE-WAIT", TcpState::kCloseWait},
    {"LAST-ACK", TcpState::kLastAck},     {"LISTEN", TcpState::kListen},
    {"CLOSING", TcpState::kClosing},
};

absl::Status Malformed(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status BadTime() { return Malformed("the timer has no time that ss prints"); }

// Takes the next word between spaces; empty at the end.
absl::string_view TakeWord(absl::string_view& rest) {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const absl::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

template <typename Number>
absl::Status TakeNumber(absl::string_view text, absl::string_view what, Number& number) {
  // SimpleAtoi() takes signs and spaces.
  if (!text.empty() && text.front() >= '0' && text.front() <= '9' &&
      absl::SimpleAtoi(text, &number)) {
    return absl::OkStatus();
  }
  return Malformed(absl::StrCat("it has no number for ", what));
}

absl::Status TakeState(absl::string_view word, SocketRow& row) {
  for (const StateName& known : kStateNames) {
    if (known.name != word) continue;
    row.state = known.state;
    return absl::OkStatus();
  }
  return Malformed("the state is not known here");
}

absl::Status TakeAddress(absl::string_view text, RawAddress& address) {
  // ss prints the wildcard of an IPv6 socket that takes IPv4 too as an asterisk.
  if (text == "*") {
    address = RawAddress{.words = {}, .is_v4 = false};
    return absl::OkStatus();
  }
  const bool is_v6 = absl::ConsumePrefix(&text, "[") && absl::ConsumeSuffix(&text, "]");
  // inet_pton() wants a NUL at the end.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  std::array<uint8_t, 16> bytes;
  if (text.size() >= terminated.size()) return Malformed("an address is too long");
  std::memcpy(terminated.data(), text.data(), text.size());
  if (text.find('\0') != absl::string_view::npos ||
      inet_pton(is_v6 ? AF_INET6 : AF_INET, terminated.data(), bytes.data()) != 1) {
    return Malformed("an address is neither IPv4 nor IPv6 in brackets");
  }
  address = RawAddress::From(is_v6 ? IpAddress::V6(bytes.data()) : IpAddress::V4(bytes.data()));
  return absl::OkStatus();
}

// "10.0.0.1:80", "[fe80::1]%eth0:80", "*%eth0:80", "0.0.0.0:*"
absl::Status TakeEndpoint(absl::string_view word, RawAddress& address, uint16_t& port_number) {
  const size_t colon = word.rfind(':');
  if (colon == absl::string_view::npos) return Malformed("an address has no port");
  const absl::string_view port_text = word.substr(colon + 1);
  absl::string_view address_text = word.substr(0, colon);
  uint32_t number = 0;
  if (port_text != "*") BERTHMASTER_RETURN_IF_ERROR(TakeNumber(port_text, "a port", number));
  if (number > 65535) return Malformed("a port is too large");
  port_number = static_cast<uint16_t>(number);
  // The name of an interface has no colon, but may have a percent sign of its own.
  const size_t percent = address_text.find('%');
  if (percent != absl::string_view::npos) {
    const size_t name_size = address_text.size() - percent - 1;
    if (name_size == 0 || name_size > kInterfaceNameBytesMax) {
      return Malformed("an interface has no name that can be");
    }
    address_text = address_text.substr(0, percent);
  }
  return TakeAddress(address_text, address);
}

// "(timewait,57sec,0)"
absl::Status TakeTimer(absl::string_view text, SocketRow& row) {
  if (!absl::ConsumePrefix(&text, "(") || !absl::ConsumeSuffix(&text, ")")) {
    return Malformed("the timer is not in parentheses");
  }
  const size_t first = text.find(',');
  const size_t last = text.rfind(',');
  if (first == absl::string_view::npos || first == last) {
    return Malformed("the timer has no three parts");
  }
  // A full socket's timer is none that ends it.
  if (text.substr(0, first) != "timewait") return absl::OkStatus();
  row.is_mini = true;
  absl::StatusOr<uint32_t> ms = ParseSsTime(text.substr(first + 1, last - first - 1));
  if (!ms.ok()) return ms.status();
  row.expires_ms = *ms;
  return absl::OkStatus();
}

// The path of a cgroup may hold spaces, and whatever its maker wanted; so it is what is left when
// what ss prints behind it is taken off from the end.
absl::string_view CgroupOf(absl::string_view rest) {
  while (true) {
    rest = absl::StripSuffix(rest, " ");
    const size_t space = rest.rfind(' ');
    if (space == absl::string_view::npos) break;
    const absl::string_view word = rest.substr(space + 1);
    const bool is_behind = word == "<->" || word == "-->" || word == "<--" || word == "---" ||
                           word.empty() || absl::StartsWith(word, "v6only:") ||
                           absl::StartsWith(word, "tos:") || absl::StartsWith(word, "tclass:") ||
                           absl::StartsWith(word, "class_id:");
    if (!is_behind) break;
    rest = rest.substr(0, space);
  }
  // ss names one that it cannot find "unreachable:2a".
  return absl::StartsWith(rest, "/") ? rest : absl::string_view();
}

absl::Status TakeAttributes(absl::string_view rest, SocketRow& row) {
  while (true) {
    absl::string_view word = TakeWord(rest);
    if (word.empty()) return absl::OkStatus();
    if (absl::ConsumePrefix(&word, "timer:")) {
      BERTHMASTER_RETURN_IF_ERROR(TakeTimer(word, row));
    } else if (absl::ConsumePrefix(&word, "uid:")) {
      BERTHMASTER_RETURN_IF_ERROR(TakeNumber(word, "the uid", row.uid));
    } else if (absl::ConsumePrefix(&word, "ino:")) {
      BERTHMASTER_RETURN_IF_ERROR(TakeNumber(word, "the inode", row.inode));
    } else if (absl::ConsumePrefix(&word, "sk:")) {
      if (!absl::SimpleHexAtoi(word, &row.cookie)) {
        return Malformed("the cookie is no hexadecimal number");
      }
    } else if (absl::ConsumePrefix(&word, "cgroup:")) {
      // Nothing behind it is wanted, and nothing in it is to be taken for an attribute.
      row.cgroup = CgroupOf({word.data(), word.size() + rest.size()});
      return absl::OkStatus();
    }
  }
}

absl::Status TakeRow(absl::string_view line, std::optional<TcpState> known_state, SocketRow& row) {
  absl::string_view rest = line;
  if (known_state.has_value()) {
    row.state = *known_state;
  } else {
    BERTHMASTER_RETURN_IF_ERROR(TakeState(TakeWord(rest), row));
  }
  BERTHMASTER_RETURN_IF_ERROR(TakeNumber(TakeWord(rest), "Recv-Q", row.receive_queue));
  BERTHMASTER_RETURN_IF_ERROR(TakeNumber(TakeWord(rest), "Send-Q", row.send_queue));
  BERTHMASTER_RETURN_IF_ERROR(TakeEndpoint(TakeWord(rest), row.source, row.local_port));
  BERTHMASTER_RETURN_IF_ERROR(TakeEndpoint(TakeWord(rest), row.destination, row.destination_port));
  BERTHMASTER_RETURN_IF_ERROR(TakeAttributes(rest, row));
  if (row.state == TcpState::kTimeWait && !row.is_mini) {
    return Malformed("a socket in TIME-WAIT has no timer of it");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint32_t> ParseSsTime(absl::string_view text) {
  uint64_t ms = 0;
  while (!text.empty()) {
    size_t digits = 0;
    uint64_t number = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
      if (digits == kTimeDigitsMax) return BadTime();
      number = number * 10 + static_cast<uint64_t>(text[digits] - '0');
    }
    if (digits == 0) return BadTime();
    text.remove_prefix(digits);
    if (absl::ConsumePrefix(&text, "min")) {
      ms += number * kSecondsPerMinute * kMsPerSecond;
    } else if (absl::ConsumePrefix(&text, "sec")) {
      ms += number * kMsPerSecond;
    } else if (absl::ConsumePrefix(&text, "ms")) {
      ms += number;
    } else if (absl::ConsumePrefix(&text, ".") && text.size() > 3) {
      uint32_t fraction = 0;
      if (!absl::SimpleAtoi(text.substr(0, 3), &fraction)) return BadTime();
      text.remove_prefix(3);
      if (text != "sec" && text != "ms") return BadTime();
      return static_cast<uint32_t>(ms + number * kMsPerSecond + fraction);
    } else {
      return BadTime();
    }
    if (ms > kTimeMsMax) return BadTime();
  }
  return static_cast<uint32_t>(ms);
}

absl::Status ParseSsLine(absl::string_view line, std::optional<TcpState> known_state,
                         SocketRow& row) {
  row = SocketRow();
  absl::Status status = TakeRow(line, known_state, row);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat("not a line of ss: ", status.message(), ": ", QuoteLine(line)));
}

}  // namespace berthmaster
