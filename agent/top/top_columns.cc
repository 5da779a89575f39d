#include "agent/top/top_columns.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/pool_text.h"

namespace berthmaster {
namespace {

constexpr size_t kBarWidth = 12;

// The largest owner with its sockets, and how many more there are.
std::string OwnersText(const std::vector<PoolOwner>& owners) {
  if (owners.empty()) return "-";
  const PoolOwner& largest = owners.front();
  std::string text =
      absl::StrCat(TerminalText(largest.process.empty() ? largest.cgroup : largest.process), ":",
                   largest.sockets);
  if (owners.size() > 1) absl::StrAppend(&text, " +", owners.size() - 1);
  return text;
}

struct Column {
  const char* title;
  size_t width;
  bool is_right;
  // Columns with a lower one are taken first.
  int priority;
  std::string (*text)(const TopRow& row);
};

// In the order in which they are shown. The last two stretch.
constexpr Column kColumns[] = {
    {"NETNS", 14, false, 0, [](const TopRow& row) { return TerminalText(row.netns->label); }},
    {"KIND", 9, false, 3,
     [](const TopRow& row) { return std::string(PoolKindText(row.pool->kind)); }},
    {"POOL", 20, false, 0,
     [](const TopRow& row) { return PoolKeyText(row.pool->kind, row.pool->key); }},
    {"IN USE/CAP", 13, true, 0,
     [](const TopRow& row) { return absl::StrCat(row.pool->in_use, "/", row.pool->capacity); }},
    {"0    50  100", kBarWidth, false, 4,
     [](const TopRow& row) { return UtilizationBar(row.pool->utilization(), kBarWidth); }},
    {"UTIL", 6, true, 0,
     [](const TopRow& row) {
       return absl::StrFormat("%.1f%%", std::min(999.9, 100 * row.pool->utilization()));
     }},
    {"HEADROOM", 8, true, 5, [](const TopRow& row) { return absl::StrCat(row.pool->headroom()); }},
    {"RATE/s", 8, true, 2,
     [](const TopRow& row) {
       const std::optional<double>& rate = row.pool->connection_rate;
       return rate.has_value() ? absl::StrFormat("%.1f", *rate) : std::string("-");
     }},
    {"LEFT", 5, true, 1, [](const TopRow& row) { return TimeLeftText(row.time_to_exhaustion); }},
    {"TIME_WAIT", 9, true, 6,
     [](const TopRow& row) { return absl::StrCat(row.pool->states[TcpState::kTimeWait]); }},
    {"OWNERS", 20, false, 7, [](const TopRow& row) { return OwnersText(row.pool->owners); }},
    {"STATES", 12, false, 8, [](const TopRow& row) { return StatesText(row.pool->states); }},
};
constexpr size_t kPoolColumn = 2;
constexpr size_t kStatesColumn = std::size(kColumns) - 1;
// The longest key of IPv4 addresses: "255.255.255.255 -> 255.255.255.255:65535".
constexpr size_t kPoolWidthWanted = 40;
constexpr int kPrioritiesMax = 8;

std::string Pad(std::string text, size_t width, bool is_right) {
  text = Cut(text, width);
  const std::string space(width - text.size(), ' ');
  return is_right ? space + text : text + space;
}

std::string Join(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) absl::StrAppend(&line, line.empty() ? "" : " ", cell);
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

TopColumns::TopColumns(size_t width) {
  size_t used = 0;
  std::vector<bool> is_taken(std::size(kColumns));
  for (int priority = 0; priority <= kPrioritiesMax; ++priority) {
    for (size_t i = 0; i < std::size(kColumns); ++i) {
      const size_t more = kColumns[i].width + 1;
      if (kColumns[i].priority != priority || (used + more > width && priority > 0)) continue;
      is_taken[i] = true;
      used += more;
    }
  }
  size_t spare = used <= width ? width - used : 0;
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    if (!is_taken[i]) continue;
    size_t column_width = kColumns[i].width;
    if (i == kPoolColumn) {
      const size_t more = std::min(spare, kPoolWidthWanted - column_width);
      column_width += more;
      spare -= more;
    } else if (i == kStatesColumn) {
      column_width += spare;
    }
    placed_.push_back({i, column_width});
  }
}

std::string TopColumns::Header() const {
  std::vector<std::string> cells;
  for (const Placed& placed : placed_) {
    const Column& column = kColumns[placed.column];
    cells.push_back(Pad(column.title, placed.width, column.is_right));
  }
  return Join(cells);
}

std::string TopColumns::Line(const TopRow& row) const {
  std::vector<std::string> cells;
  for (const Placed& placed : placed_) {
    const Column& column = kColumns[placed.column];
    cells.push_back(Pad(column.text(row), placed.width, column.is_right));
  }
  return Join(cells);
}

std::string UtilizationBar(double utilization, size_t width) {
  const size_t cells = width - 2;
  const double share = std::clamp(std::isfinite(utilization) ? utilization : 1.0, 0.0, 1.0);
  // What is not empty shows.
  const auto filled = static_cast<size_t>(std::ceil(share * static_cast<double>(cells)));
  std::string bar(cells, '.');
  std::fill(bar.begin(), bar.begin() + static_cast<ptrdiff_t>(filled), '#');
  // Before the knee it is a mark ahead, beyond it one that was passed.
  const size_t knee = cells / 2;
  bar[knee] = share > 0.5 ? '+' : '|';
  return absl::StrCat("[", bar, "]");
}

std::string TimeLeftText(const std::optional<absl::Duration>& time_left) {
  if (!time_left.has_value()) return "-";
  if (*time_left <= absl::ZeroDuration()) return "now";
  const int64_t seconds = absl::ToInt64Seconds(*time_left);
  constexpr int64_t kTwoMinutes = 120;
  constexpr int64_t kTwoHours = 7200;
  if (seconds < kTwoMinutes) return absl::StrCat(seconds, "s");
  if (seconds < kTwoHours) return absl::StrCat(seconds / 60, "m");
  return absl::StrCat(std::min<int64_t>(seconds / 3600, 9999), "h");
}

std::string Cut(absl::string_view text, size_t width) {
  if (text.size() <= width) return std::string(text);
  if (width == 0) return "";
  return absl::StrCat(text.substr(0, width - 1), "~");
}

std::string Sparkline(const std::vector<int32_t>& counts) {
  constexpr absl::string_view kLevels = "_-=+*%#";
  const int32_t most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  std::string line;
  for (int32_t count : counts) {
    if (count <= 0) {
      line.push_back('.');
      continue;
    }
    const auto level = static_cast<size_t>(static_cast<double>(count) / most *
                                           static_cast<double>(kLevels.size() - 1));
    line.push_back(kLevels[level]);
  }
  return line;
}

}  // namespace berthmaster
