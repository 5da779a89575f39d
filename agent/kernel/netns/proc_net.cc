#include "agent/kernel/netns/proc_net.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

// Sorted, for a search in each line of the file.
constexpr absl::string_view kTcpCounters[] = {"ActiveOpens", "AttemptFails", "EstabResets",
                                              "InErrs",      "OutRsts",      "PassiveOpens",
                                              "RetransSegs"};
constexpr absl::string_view kUdpCounters[] = {"InErrors", "MemErrors", "NoPorts", "RcvbufErrors",
                                              "SndbufErrors"};
// What befalls TIME_WAIT, listeners, SYN cookies and connections that the kernel ends by itself.
constexpr absl::string_view kTcpExtCounters[] = {"EmbryonicRsts",
                                                 "ListenDrops",
                                                 "ListenOverflows",
                                                 "PAWSActive",
                                                 "PAWSEstab",
                                                 "PAWSOldAck",
                                                 "PAWSTimewait",
                                                 "SyncookiesFailed",
                                                 "SyncookiesRecv",
                                                 "SyncookiesSent",
                                                 "TCPACKSkippedFinWait2",
                                                 "TCPACKSkippedSynRecv",
                                                 "TCPACKSkippedTimeWait",
                                                 "TCPAbortFailed",
                                                 "TCPAbortOnClose",
                                                 "TCPAbortOnData",
                                                 "TCPAbortOnLinger",
                                                 "TCPAbortOnMemory",
                                                 "TCPAbortOnTimeout",
                                                 "TCPBacklogDrop",
                                                 "TCPChallengeACK",
                                                 "TCPDeferAcceptDrop",
                                                 "TCPKeepAlive",
                                                 "TCPMigrateReqFailure",
                                                 "TCPReqQFullDoCookies",
                                                 "TCPReqQFullDrop",
                                                 "TCPSYNChallenge",
                                                 "TCPSynRetrans",
                                                 "TCPTimeWaitOverflow",
                                                 "TCPTimeouts",
                                                 "TW",
                                                 "TWKilled",
                                                 "TWRecycled"};

struct CounterGroup {
  absl::string_view name;
  std::span<const absl::string_view> counters;
};
constexpr CounterGroup kGroups[] = {
    {"Tcp", kTcpCounters}, {"Udp", kUdpCounters}, {"TcpExt", kTcpExtCounters}};
constexpr absl::string_view kUdp6Prefix = "Udp6";

bool Has(std::span<const absl::string_view> sorted, absl::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

// Takes the text up to `separator` off the front of `text`, and the separator with it.
absl::string_view TakeUntil(char separator, absl::string_view& text) {
  const size_t end = std::min(text.find(separator), text.size());
  absl::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

const CounterGroup* FindGroup(absl::string_view name) {
  const auto* found = std::find_if(std::begin(kGroups), std::end(kGroups),
                                   [name](const CounterGroup& g) { return g.name == name; });
  return found == std::end(kGroups) ? nullptr : found;
}

absl::Status AddCounter(absl::string_view group, absl::string_view name, absl::string_view value,
                        std::map<std::string, int64_t>& counters) {
  int64_t count = 0;
  if (!absl::SimpleAtoi(value, &count)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the kernel's counter ", group, ".", name, " has no number"));
  }
  counters.insert_or_assign(absl::StrCat(group, ".", name), count);
  return absl::OkStatus();
}

// The number after the word `name` of a line such as "inuse 5 orphan 0"; nothing when there is no
// such word.
absl::StatusOr<std::optional<int32_t>> NumberAfter(absl::string_view line, absl::string_view name) {
  while (!line.empty()) {
    if (TakeUntil(' ', line) != name) continue;
    const absl::string_view value = TakeUntil(' ', line);
    int32_t number = 0;
    if (absl::SimpleAtoi(value, &number) && number >= 0) return number;
    return absl::InvalidArgumentError(absl::StrCat("sockstat has '", value, "' for ", name));
  }
  return std::optional<int32_t>();
}

// Neither is negative.
void AddTo(int32_t& sum, int32_t number) {
  sum = number > std::numeric_limits<int32_t>::max() - sum ? std::numeric_limits<int32_t>::max()
                                                           : sum + number;
}

}  // namespace

absl::Status AddSockstat(absl::string_view text, SockstatCounts& counts) {
  SockstatCounts sum = counts;
  bool has_tcp = false;
  while (!text.empty()) {
    absl::string_view line = TakeUntil('\n', text);
    const absl::string_view protocol = TakeUntil(' ', line);
    if (protocol == "sockets:") {
      absl::StatusOr<std::optional<int32_t>> used = NumberAfter(line, "used");
      if (!used.ok()) return used.status();
      AddTo(sum.sockets_used, used->value_or(0));
      continue;
    }
    const bool is_tcp = protocol == "TCP:" || protocol == "TCP6:";
    if (!is_tcp && protocol != "UDP:" && protocol != "UDP6:") continue;
    absl::StatusOr<std::optional<int32_t>> in_use = NumberAfter(line, "inuse");
    if (!in_use.ok()) return in_use.status();
    if (!in_use->has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("sockstat has no count after ", protocol));
    }
    AddTo(is_tcp ? sum.tcp_in_use : sum.udp_in_use, **in_use);
    if (!is_tcp) continue;
    has_tcp = true;
    absl::StatusOr<std::optional<int32_t>> time_wait = NumberAfter(line, "tw");
    if (!time_wait.ok()) return time_wait.status();
    AddTo(sum.time_wait, time_wait->value_or(0));
  }
  if (!has_tcp) return absl::InvalidArgumentError("sockstat has no count of TCP sockets");
  counts = sum;
  return absl::OkStatus();
}

absl::Status AddCounters(absl::string_view text, std::map<std::string, int64_t>& counters) {
  bool has_group = false;
  while (!text.empty()) {
    absl::string_view names = TakeUntil('\n', text);
    absl::string_view values = TakeUntil('\n', text);
    const absl::string_view group_name = TakeUntil(':', names);
    if (TakeUntil(':', values) != group_name) {
      return absl::InvalidArgumentError(absl::StrCat("the kernel's counters of the group '",
                                                     group_name.substr(0, 32),
                                                     "' have no line of values"));
    }
    const CounterGroup* group = FindGroup(group_name);
    if (group == nullptr) continue;
    has_group = true;
    absl::ConsumePrefix(&names, " ");
    absl::ConsumePrefix(&values, " ");
    while (!names.empty()) {
      const absl::string_view name = TakeUntil(' ', names);
      const absl::string_view value = TakeUntil(' ', values);
      if (!Has(group->counters, name)) continue;
      if (absl::Status status = AddCounter(group_name, name, value, counters); !status.ok()) {
        return status;
      }
    }
  }
  if (!has_group) return absl::InvalidArgumentError("the kernel's counters have no group of TCP");
  return absl::OkStatus();
}

absl::Status AddCounters6(absl::string_view text, std::map<std::string, int64_t>& counters) {
  while (!text.empty()) {
    absl::string_view value = TakeUntil('\n', text);
    // "Udp6NoPorts                     \t0"
    absl::string_view name = TakeUntil(' ', value);
    if (!absl::ConsumePrefix(&name, kUdp6Prefix) || !Has(kUdpCounters, name)) continue;
    if (absl::Status status = AddCounter(kUdp6Prefix, name, value, counters); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
