#include "agent/top/top_pages.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/pool_text.h"
#include "agent/top/top_columns.h"

namespace berthmaster {
namespace {

// Narrower, wrapping would leave one letter a line.
constexpr size_t kWrapWidthMin = 20;

// Breaks at spaces where there are some.
void AddWrapped(const std::string& text, size_t width, std::vector<std::string>& lines) {
  width = std::max(width, kWrapWidthMin);
  absl::string_view rest = text;
  while (rest.size() > width) {
    size_t end = rest.rfind(' ', width);
    if (end == absl::string_view::npos || end == 0) end = width;
    lines.emplace_back(rest.substr(0, end));
    rest = rest.substr(end);
    while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  }
  lines.emplace_back(rest);
}

void AddField(absl::string_view name, absl::string_view value, std::vector<std::string>& lines) {
  lines.push_back(absl::StrFormat("%-18s %s", name, value));
}

// What is not known is said, never shown as 0.
std::string RateText(const std::optional<double>& rate) {
  return rate.has_value() ? absl::StrFormat("%.1f/s", *rate) : "not known";
}
std::string ShareText(const std::optional<double>& share) {
  return share.has_value() ? absl::StrFormat("%.0f%%", 100 * *share) : "not known";
}

void AddFigures(const TopRow& row, std::vector<std::string>& lines) {
  const PoolSample& pool = *row.pool;
  AddField("Namespace",
           absl::StrCat(TerminalText(row.netns->label), " (inode ", row.netns->inode, ")"), lines);
  for (const auto& [name, value] : row.netns->labels) {
    AddField("", absl::StrCat(TerminalText(name), "=", TerminalText(value)), lines);
  }
  AddField("Pool", absl::StrCat(PoolKindText(pool.kind), " ", PoolKeyText(pool.kind, pool.key)),
           lines);
  AddField("In use",
           absl::StrCat(pool.in_use, " of ", pool.capacity, ", ", pool.reusable, " reusable, ",
                        pool.blocked, " blocked"),
           lines);
  constexpr size_t kWideBar = 52;
  AddField("Utilization",
           absl::StrFormat("%s %.1f%%, headroom %d", UtilizationBar(pool.utilization(), kWideBar),
                           100 * pool.utilization(), pool.headroom()),
           lines);
  AddField("Time left",
           row.time_to_exhaustion.has_value() ? TimeLeftText(row.time_to_exhaustion)
                                              : "no exhaustion forecast",
           lines);
  AddField("States", StatesText(pool.states), lines);
  AddField("Connections", RateText(pool.connection_rate), lines);
  AddField("Closes",
           absl::StrCat(RateText(pool.close_rate), ", by this side first ",
                        ShareText(pool.local_close_share)),
           lines);
  AddField("Hold time",
           pool.hold_time.has_value()
               ? absl::FormatDuration(absl::Trunc(*pool.hold_time, absl::Milliseconds(1)))
               : "not known",
           lines);
  AddField("Wrong parity", ShareText(pool.wrong_parity_share), lines);
  AddField("Bound early", ShareText(pool.early_bind_share), lines);
  AddField("Failed connects",
           pool.connect_failures.has_value()
               ? absl::StrCat(*pool.connect_failures, " since the sample before")
               : "not known",
           lines);
}

std::string OwnerText(const PoolOwner& owner) {
  std::string text = absl::StrFormat("%8d  %s", owner.sockets,
                                     owner.process.empty() ? "?" : TerminalText(owner.process));
  if (owner.pid != 0) absl::StrAppend(&text, " (", owner.pid, ")");
  if (!owner.cgroup.empty()) absl::StrAppend(&text, "  ", TerminalText(owner.cgroup));
  return text;
}

}  // namespace

std::vector<std::string> DetailLines(const TopRow& row, size_t width) {
  std::vector<std::string> lines;
  AddFigures(row, lines);
  lines.emplace_back();
  lines.emplace_back("TIME_WAIT released in the coming 62 s, one character a second");
  lines.push_back(row.pool->time_wait_releases.empty() ? "none"
                                                       : Sparkline(row.pool->time_wait_releases));
  lines.emplace_back();
  lines.emplace_back(row.pool->owners.empty() ? "Owners not known" : "Owners, by sockets");
  for (const PoolOwner& owner : row.pool->owners) lines.push_back(OwnerText(owner));
  lines.emplace_back();
  for (const auto& [sysctl, value] : row.netns->sysctls) {
    AddWrapped(absl::StrCat(TerminalText(sysctl), " = ", TerminalText(value)), width, lines);
  }
  for (const std::string& limitation : row.netns->limitations) {
    AddWrapped(absl::StrCat("Not seen: ", TerminalText(limitation)), width, lines);
  }
  return lines;
}

std::vector<std::string> LimitationLines(const TopSample& sample, size_t width) {
  std::vector<std::string> lines;
  if (sample.limitations().empty()) lines.emplace_back("Everything can be seen.");
  for (const std::string& limitation : sample.limitations()) {
    AddWrapped(absl::StrCat("- ", TerminalText(limitation)), width, lines);
  }
  return lines;
}

std::vector<std::string> HelpLines() {
  return {
      "Keys",
      "  up, down, PgUp, PgDn, Home, End   move",
      "  Enter                             all that is known of the selected pool; again: back",
      "  /                                 filter by text; Enter keeps it, Esc clears it",
      "  u i d r t n                       order by UTIL, IN USE, HEADROOM, RATE, LEFT, NETNS;",
      "                                    the same key again turns the order round",
      "  p or space                        pause and go on",
      "  + -                               sample half, or twice, as often",
      "  l                                 what cannot be seen here, and the remedies",
      "  q, Ctrl-C                         quit",
      "",
      "Columns",
      "  IN USE/CAP  what takes a place, of what the pool is guaranteed to hold",
      "  UTIL        in use and not reusable; | in the bar is the knee at 50 %: from there on each",
      "              connect() searches half of the range first, + when it is passed",
      "  LEFT        time to exhaustion at the present rate; - when it does not run out",
      "  RATE/s      new connections; - while not known",
  };
}

}  // namespace berthmaster
