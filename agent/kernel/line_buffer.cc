#include "agent/kernel/line_buffer.h"

#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

// Enough to recognise a line by.
constexpr size_t kQuotedBytesMax = 160;

}  // namespace

std::span<char> LineBuffer::Space() {
  if (begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {bytes_.data() + end_, bytes_.size() - end_};
}

bool LineBuffer::Next(absl::string_view& line) {
  const absl::string_view left = rest();
  const size_t length = left.find('\n');
  if (length == absl::string_view::npos) return false;
  line = left.substr(0, length);
  begin_ += length + 1;
  return true;
}

std::string QuoteLine(absl::string_view line) {
  std::string quoted(line.substr(0, kQuotedBytesMax));
  for (char& c : quoted) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return absl::StrCat("'", quoted, line.size() > kQuotedBytesMax ? "...'" : "'");
}

}  // namespace berthmaster
