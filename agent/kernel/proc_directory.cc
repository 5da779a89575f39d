#include "agent/kernel/proc_directory.h"

#include <errno.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

// "socket:[" and 20 digits are less; a path is more and of no interest.
constexpr size_t kLinkBytesMax = 64;

}  // namespace

std::optional<uint64_t> InodeOfLink(absl::string_view link, absl::string_view kind) {
  uint64_t inode = 0;
  if (!absl::ConsumePrefix(&link, kind) || !absl::ConsumePrefix(&link, ":[") ||
      !absl::ConsumeSuffix(&link, "]") || !absl::SimpleAtoi(link, &inode)) {
    return std::nullopt;
  }
  return inode;
}

std::optional<uint64_t> ReadInodeLink(int directory, const char* name, absl::string_view kind) {
  char link[kLinkBytesMax];
  const ssize_t size = readlinkat(directory, name, link, sizeof(link));
  if (size < 0) return std::nullopt;
  errno = 0;
  return InodeOfLink(absl::string_view(link, static_cast<size_t>(size)), kind);
}

std::optional<int32_t> NextNumber(DIR* directory) {
  while (const dirent* entry = readdir(directory)) {
    int32_t number = 0;
    const absl::string_view name = entry->d_name;
    // SimpleAtoi() takes signs and spaces too.
    if (name[0] >= '0' && name[0] <= '9' && absl::SimpleAtoi(name, &number)) return number;
  }
  return std::nullopt;
}

}  // namespace berthmaster
