#include "agent/kernel/resident_memory.h"

#include <errno.h>
#include <sys/mman.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Some 700 bytes for each of some 400 mappings, and room for as many again.
constexpr size_t kSmapsBytesMax = 1024 * 1024;

// "7f00-7f10 r-xp 00000000 fe:00 1234   /usr/lib/x.so": nothing when the line is none of those;
// an empty range when the mapping is of another kind.
std::optional<MemoryRange> ParseHead(absl::string_view line) {
  std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() < 5) return std::nullopt;
  std::pair<absl::string_view, absl::string_view> bounds =
      absl::StrSplit(words[0], absl::MaxSplits('-', 1));
  uint64_t begin = 0;
  uint64_t end = 0;
  if (!absl::SimpleHexAtoi(bounds.first, &begin) || !absl::SimpleHexAtoi(bounds.second, &end)) {
    return std::nullopt;
  }
  const absl::string_view permissions = words[1];
  const bool is_wanted = words.size() >= 6 && absl::StartsWith(words[5], "/") &&
                         permissions.size() == 4 && permissions[0] == 'r' &&
                         permissions[1] == '-' && permissions[3] == 'p' && begin < end;
  return is_wanted ? MemoryRange{begin, end} : MemoryRange{};
}

}  // namespace

std::vector<MemoryRange> CleanFileMappings(absl::string_view smaps) {
  std::vector<MemoryRange> ranges;
  MemoryRange current;
  for (absl::string_view line : absl::StrSplit(smaps, '\n')) {
    if (std::optional<MemoryRange> head = ParseHead(line); head.has_value()) {
      current = *head;
    } else if (absl::ConsumePrefix(&line, "Anonymous:")) {
      // Relocated pages are here: they exist nowhere else.
      if (current.begin != current.end && absl::StripAsciiWhitespace(line) == "0 kB") {
        ranges.push_back(current);
      }
      current = MemoryRange();
    }
  }
  return ranges;
}

absl::Status ReleaseStartPages() {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string smaps,
                               ReadFile("/proc/self/smaps", kSmapsBytesMax));
  for (const MemoryRange& range : CleanFileMappings(smaps)) {
    // The kernel keeps what is locked or busy, and says so for the whole range.
    if (madvise(reinterpret_cast<void*>(range.begin), range.end - range.begin, MADV_DONTNEED) !=
        0) {
      return ErrnoStatus(errno, "give back the pages of a library");
    }
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
