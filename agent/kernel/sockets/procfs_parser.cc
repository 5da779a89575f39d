#include "agent/kernel/sockets/procfs_parser.h"

#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/kernel/line_buffer.h"

namespace berthmaster {
namespace {

// The column `tr` of an inet_timewait_sock.
constexpr uint64_t kTimerTimeWait = 3;
// The last 32 bits of ::ffff:0:0/96, as they are printed: a word in the machine's order.
constexpr uint32_t kMappedWord = 0xffff0000;
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "kMappedWord is htonl(0xffff)");

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads a line from left to right; `ok` turns false at the first thing that is not as expected, and
// stays so.
class Cursor {
 public:
  explicit Cursor(absl::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool ok() const { return is_ok_; }

  void SkipSpaces() {
    while (at_ != end_ && *at_ == ' ') ++at_;
  }
  // At least one, unless the line is at its end.
  void SkipGap() {
    if (at_ != end_ && *at_ != ' ') is_ok_ = false;
    SkipSpaces();
  }
  void Skip(char c) {
    if (at_ == end_ || *at_ != c) {
      is_ok_ = false;
    } else {
      ++at_;
    }
  }
  // Between `digits_min` and `digits_max` hexadecimal digits, at most 16.
  uint64_t Hex(int digits_min, int digits_max) {
    uint64_t value = 0;
    int digits = 0;
    for (; at_ != end_ && digits < digits_max; ++at_, ++digits) {
      const int digit = HexDigit(*at_);
      if (digit < 0) break;
      value = value << 4 | static_cast<uint64_t>(digit);
    }
    if (digits < digits_min) is_ok_ = false;
    return value;
  }
  uint32_t Decimal() {
    uint64_t value = 0;
    bool has_digit = false;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_) {
      has_digit = true;
      value = value * 10 + static_cast<uint64_t>(*at_ - '0');
      if (value > std::numeric_limits<uint32_t>::max()) break;
    }
    if (!has_digit || value > std::numeric_limits<uint32_t>::max()) is_ok_ = false;
    return static_cast<uint32_t>(value);
  }

 private:
  const char* at_;
  const char* end_;
  bool is_ok_ = true;
};

// An address is printed as the words that lie in memory in network order, each as a number of the
// machine; so the numbers are the words again.
void TakeAddress(bool is_v4, Cursor& cursor, RawAddress& address) {
  address = RawAddress();
  address.words[0] = static_cast<uint32_t>(cursor.Hex(8, 8));
  if (is_v4) return;
  for (size_t index = 1; index < 4; ++index) {
    address.words[index] = static_cast<uint32_t>(cursor.Hex(8, 8));
  }
  address.is_v4 = address.words[0] == 0 && address.words[1] == 0 && address.words[2] == kMappedWord;
  if (address.is_v4) address.words = {address.words[3], 0, 0, 0};
}

// Takes the line up to the inode; whether it was of the right form.
bool TakeRow(absl::string_view line, const ProcNetTable& table, SocketRow& row) {
  Cursor cursor(line);
  cursor.SkipSpaces();
  cursor.Decimal();  // sl
  cursor.Skip(':');
  cursor.SkipGap();
  TakeAddress(table.is_v4, cursor, row.source);
  cursor.Skip(':');
  row.local_port = static_cast<uint16_t>(cursor.Hex(4, 4));
  cursor.SkipGap();
  TakeAddress(table.is_v4, cursor, row.destination);
  cursor.Skip(':');
  row.destination_port = static_cast<uint16_t>(cursor.Hex(4, 4));
  cursor.SkipGap();
  const uint64_t state = cursor.Hex(2, 2);
  cursor.SkipGap();
  row.send_queue = static_cast<uint32_t>(cursor.Hex(8, 8));
  cursor.Skip(':');
  row.receive_queue = static_cast<uint32_t>(cursor.Hex(8, 8));
  cursor.SkipGap();
  row.is_mini = cursor.Hex(2, 2) == kTimerTimeWait;
  cursor.Skip(':');
  const uint64_t ticks = cursor.Hex(8, 16);
  cursor.SkipGap();
  cursor.Hex(8, 8);  // retrnsmt
  cursor.SkipGap();
  row.uid = cursor.Decimal();
  cursor.SkipGap();
  cursor.Decimal();  // timeout
  cursor.SkipGap();
  row.inode = cursor.Decimal();
  cursor.SkipGap();
  if (!cursor.ok() || state == 0 || state >= kTcpStateCount) return false;
  row.state = static_cast<TcpState>(state);
  if (row.state == TcpState::kClose) row.state = TcpState::kBoundInactive;
  if (row.is_mini) {
    // Of any length that the column may have, without an overflow.
    const uint64_t ticks_max = std::numeric_limits<uint32_t>::max() / 1000;
    if (ticks > ticks_max) return false;
    row.expires_ms = static_cast<uint32_t>(ticks * 1000 / table.ticks_per_second);
  }
  return true;
}

}  // namespace

bool IsProcNetHeader(absl::string_view line) {
  return absl::StartsWith(line, "  sl  local_address") ||
         absl::StartsWith(line, "   sl  local_address");
}

absl::Status ParseProcNetLine(absl::string_view line, const ProcNetTable& table, SocketRow& row) {
  row = SocketRow();
  if (TakeRow(line, table, row)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("not a line of /proc/net/",
                                                 table.protocol == IpProtocol::kTcp ? "tcp" : "udp",
                                                 table.is_v4 ? "" : "6", ": ", QuoteLine(line)));
}

}  // namespace berthmaster
