#include "agent/top/top_view.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "agent/pool_text.h"
#include "agent/top/top_columns.h"
#include "agent/top/top_pages.h"

namespace berthmaster {
namespace {

// Two lines above the table, its titles, and one line below.
constexpr size_t kFixedLines = 4;
constexpr size_t kTitleLines = 2;

constexpr char kBold[] = "\x1b[1m";
constexpr char kReverse[] = "\x1b[7m";
constexpr char kRed[] = "\x1b[31m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

// The knee, and where the controller calls a pool critical.
constexpr double kKnee = 0.5;
constexpr double kCritical = 0.95;

// Collects lines, each cut to the width and coloured as a whole, so that colours take no room.
class Screen {
 public:
  explicit Screen(const TopFrame& frame) : frame_(frame) {}

  void Add(absl::string_view text, absl::string_view colour = "") {
    if (count_ == frame_.height) return;
    ++count_;
    const std::string line = Cut(text, frame_.width);
    if (frame_.has_colours && !colour.empty()) {
      absl::StrAppend(&lines_, colour, line, kPlain, "\n");
    } else {
      absl::StrAppend(&lines_, line, "\n");
    }
  }
  // Empty lines, until `left` are left.
  void FillUntil(size_t left) {
    while (count_ + left < frame_.height) Add("");
  }
  std::string Take() { return std::move(lines_); }

 private:
  const TopFrame& frame_;
  std::string lines_;
  size_t count_ = 0;
};

absl::string_view SourceText(SocketSource source) {
  switch (source) {
    case SocketSource::kNetlink:
      return "netlink";
    case SocketSource::kSs:
      return "ss";
    case SocketSource::kProcfs:
      return "procfs";
  }
  return "?";
}

std::string SourcesText(const HostSample& sample) {
  std::string text;
  for (SocketSource source : {SocketSource::kNetlink, SocketSource::kSs, SocketSource::kProcfs}) {
    const bool is_used = std::any_of(sample.namespaces.begin(), sample.namespaces.end(),
                                     [&](const NetnsSample& n) { return n.source == source; });
    if (is_used) absl::StrAppend(&text, text.empty() ? "" : ",", SourceText(source));
  }
  return text.empty() ? "none" : text;
}

std::string TotalsText(const TopSample& sample, size_t shown) {
  int64_t tcp = 0;
  int64_t time_wait = 0;
  for (const NetnsSample& netns : sample.sample().namespaces) {
    tcp += netns.tcp_in_use;
    time_wait += netns.time_wait;
  }
  return absl::StrCat(sample.sample().namespaces.size(), " namespaces, ", sample.rows().size(),
                      " pools (", shown, " shown), ", tcp, " TCP, ", time_wait,
                      " TIME_WAIT | source ", SourcesText(sample.sample()),
                      " | limitations: ", sample.limitations().size());
}

std::string TitleText(const TopSample& sample, const TopState& state, const TopFrame& frame) {
  return absl::StrCat(
      "berthmaster-agent top | ", TerminalText(frame.host), " | ",
      absl::FormatTime("%H:%M:%SZ", sample.sample().sample_time, absl::UTCTimeZone()), " | every ",
      absl::FormatDuration(state.interval), state.is_paused ? " PAUSED" : "", " | by ",
      TopSortName(state.sort), state.is_reversed ? " (reversed)" : "", " | sample ",
      absl::StrFormat("%.1f", absl::ToDoubleMilliseconds(sample.sample().cpu_time)), " ms CPU");
}

absl::string_view RowColour(const TopRow& row, bool is_selected) {
  if (is_selected) return kReverse;
  const double utilization = row.pool->utilization();
  if (utilization >= kCritical) return kRed;
  return utilization > kKnee ? kYellow : "";
}

std::string FooterText(const TopState& state, const TopFrame& frame) {
  if (!frame.failure.empty()) return absl::StrCat("No sample: ", TerminalText(frame.failure));
  if (state.is_typing) return absl::StrCat("Filter: ", state.filter, "_");
  const std::string filter =
      state.filter.empty() ? "" : absl::StrCat("filter '", state.filter, "' (Esc) | ");
  return absl::StrCat(filter, "q quit  ? help  / filter  Enter detail  l limitations  p pause");
}

void AddPools(const std::vector<TopRow>& rows, const TopState& state, const TopFrame& frame,
              Screen& screen) {
  const TopColumns columns(frame.width);
  screen.Add(columns.Header(), kBold);
  const size_t end = std::min(rows.size(), state.first_shown + TopPageRows(frame.height));
  for (size_t i = state.first_shown; i < end; ++i) {
    screen.Add(columns.Line(rows[i]), RowColour(rows[i], i == state.selected));
  }
}

void AddPage(const std::vector<std::string>& lines, const TopState& state, const TopFrame& frame,
             Screen& screen) {
  const size_t page = frame.height > kTitleLines + 1 ? frame.height - kTitleLines - 1 : 0;
  // The last page is full.
  const size_t last = lines.size() > page ? lines.size() - page : 0;
  const size_t first = std::min(state.first_shown, last);
  for (size_t i = first; i < std::min(lines.size(), first + page); ++i) screen.Add(lines[i]);
}

}  // namespace

size_t TopPageRows(size_t height) { return height > kFixedLines ? height - kFixedLines : 0; }

std::string RenderTop(const TopSample& sample, const std::vector<TopRow>& rows,
                      const TopState& state, const TopFrame& frame) {
  Screen screen(frame);
  screen.Add(TitleText(sample, state, frame), kBold);
  screen.Add(TotalsText(sample, rows.size()));
  switch (state.page) {
    case TopPage::kPools:
      AddPools(rows, state, frame, screen);
      break;
    case TopPage::kDetail:
      if (state.selected < rows.size()) {
        AddPage(DetailLines(rows[state.selected], frame.width), state, frame, screen);
      }
      break;
    case TopPage::kLimitations:
      AddPage(LimitationLines(sample, frame.width), state, frame, screen);
      break;
    case TopPage::kHelp:
      AddPage(HelpLines(), state, frame, screen);
      break;
  }
  screen.FillUntil(1);
  screen.Add(FooterText(state, frame), frame.failure.empty() ? "" : kRed);
  return screen.Take();
}

std::string RenderBatch(const TopSample& sample, const std::vector<TopRow>& rows,
                        absl::string_view host) {
  // Wide enough for two IPv6 addresses and every state.
  constexpr size_t kBatchWidth = 250;
  const TopColumns columns(kBatchWidth);
  TopFrame frame;
  frame.host = host;
  std::string text = absl::StrCat(TotalsText(sample, rows.size()), "\n", columns.Header(), "\n");
  for (const TopRow& row : rows) absl::StrAppend(&text, columns.Line(row), "\n");
  return text;
}

}  // namespace berthmaster
