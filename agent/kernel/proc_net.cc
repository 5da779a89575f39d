#include "agent/kernel/proc_net.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

// The number after the word `name` of a line such as "inuse 5 orphan 0"; `fallback` when there is
// no such word.
absl::StatusOr<int32_t> NumberAfter(absl::string_view line, absl::string_view name,
                                    int32_t fallback) {
  std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  for (size_t index = 0; index + 1 < words.size(); ++index) {
    if (words[index] != name) continue;
    int32_t number = 0;
    if (absl::SimpleAtoi(words[index + 1], &number) && number >= 0) return number;
    return absl::InvalidArgumentError(
        absl::StrCat("sockstat has '", words[index + 1], "' for ", name));
  }
  return fallback;
}

}  // namespace

absl::Status AddSockstat(absl::string_view text, SockstatCounts& counts) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, "TCP: ") && !absl::ConsumePrefix(&line, "TCP6: ")) continue;
    absl::StatusOr<int32_t> in_use = NumberAfter(line, "inuse", -1);
    absl::StatusOr<int32_t> time_wait = NumberAfter(line, "tw", 0);
    if (!in_use.ok()) return in_use.status();
    if (!time_wait.ok()) return time_wait.status();
    if (*in_use < 0) break;
    counts.tcp_in_use += *in_use;
    counts.time_wait += *time_wait;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("sockstat has no count of TCP sockets");
}

absl::StatusOr<int64_t> ParseTcpExt(absl::string_view text, absl::string_view name) {
  // Two lines of one group: the names, then the values in the same order.
  std::vector<absl::string_view> names;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, "TcpExt: ")) continue;
    std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (names.empty()) {
      names = std::move(words);
      continue;
    }
    const size_t index =
        static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (index == names.size()) return int64_t{0};
    int64_t count = 0;
    if (index < words.size() && absl::SimpleAtoi(words[index], &count)) return count;
    return absl::InvalidArgumentError(absl::StrCat("netstat has no number for ", name));
  }
  return absl::InvalidArgumentError("netstat has no group TcpExt");
}

}  // namespace berthmaster
