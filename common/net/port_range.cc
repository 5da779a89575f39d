#include "common/net/port_range.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

constexpr int kPortMax = 65535;

// Digits only: SimpleAtoi also takes a sign and white space, which the kernel does not.
bool ParsePort(absl::string_view text, int& port) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &port) && port <= kPortMax;
}

}  // namespace

std::string PortRange::ToSysctl() const { return absl::StrCat(low, "\t", high); }

absl::StatusOr<PortRange> ParsePortRange(absl::string_view text) {
  std::vector<absl::string_view> parts =
      absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  int low = 0;
  int high = 0;
  if (parts.size() != 2 || !ParsePort(parts[0], low) || !ParsePort(parts[1], high) || high < low) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", absl::StripAsciiWhitespace(text),
                     "' is not a port range; write two ports, the lower one first"));
  }
  return PortRange{static_cast<uint16_t>(low), static_cast<uint16_t>(high)};
}

void PortSet::AddRange(PortRange range) {
  for (int port = range.low; port <= range.high; ++port) Add(port);
}

void PortSet::AddAll(const PortSet& other) {
  if (other.empty()) return;
  if (words_.empty()) words_.resize(kWordCount);
  for (size_t word = 0; word < kWordCount; ++word) words_[word] |= other.words_[word];
}

int PortSet::CountIn(PortRange range) const {
  int count = 0;
  for (int port = range.low; port <= range.high; ++port) count += Contains(port) ? 1 : 0;
  return count;
}

std::string PortSet::ToSysctl() const {
  std::vector<std::string> runs;
  for (int port = 0; port <= kPortMax; ++port) {
    if (!Contains(port)) continue;
    int last = port;
    while (last < kPortMax && Contains(last + 1)) ++last;
    runs.push_back(last == port ? absl::StrCat(port) : absl::StrCat(port, "-", last));
    port = last;
  }
  return absl::StrJoin(runs, ",");
}

absl::StatusOr<PortSet> ParsePortSet(absl::string_view text) {
  PortSet ports;
  text = absl::StripAsciiWhitespace(text);
  for (absl::string_view run : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    std::vector<absl::string_view> ends = absl::StrSplit(run, '-');
    int low = 0;
    int high = 0;
    if (ends.size() > 2 || !ParsePort(ends.front(), low) || !ParsePort(ends.back(), high) ||
        high < low) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", run, "' is not a port or a range of ports such as 8000-8010"));
    }
    ports.AddRange({static_cast<uint16_t>(low), static_cast<uint16_t>(high)});
  }
  return ports;
}

}  // namespace berthmaster
