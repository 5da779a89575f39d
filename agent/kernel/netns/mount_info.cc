#include "agent/kernel/netns/mount_info.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

// Takes the text up to the next space away from `line`.
absl::string_view TakeField(absl::string_view& line) {
  const size_t end = line.find(' ');
  const absl::string_view field = line.substr(0, end);
  line.remove_prefix(end == absl::string_view::npos ? line.size() : end + 1);
  return field;
}

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

std::optional<MountLine> ParseMountLine(absl::string_view line) {
  // 36 35 0:4 net:[4026532281] /run/netns/blue rw shared:5 - nsfs nsfs rw
  for (int i = 0; i < 3; ++i) TakeField(line);
  MountLine mount;
  mount.root = TakeField(line);
  mount.mount_point = TakeField(line);
  TakeField(line);
  // Any number of optional fields come before the dash.
  while (!line.empty()) {
    if (TakeField(line) == "-") break;
  }
  mount.file_system = TakeField(line);
  if (mount.root.empty() || mount.mount_point.empty() || mount.file_system.empty()) {
    return std::nullopt;
  }
  return mount;
}

std::optional<uint64_t> NetnsInodeOf(const MountLine& line) {
  absl::string_view number = line.root;
  uint64_t inode = 0;
  if (line.file_system != "nsfs" || !absl::ConsumePrefix(&number, "net:[") ||
      !absl::ConsumeSuffix(&number, "]") || !absl::SimpleAtoi(number, &inode)) {
    return std::nullopt;
  }
  return inode;
}

std::string UnescapeMountText(absl::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && IsOctal(text[i + 1]) &&
        IsOctal(text[i + 2]) && IsOctal(text[i + 3])) {
      plain.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                        (text[i + 3] - '0')));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

}  // namespace berthmaster
