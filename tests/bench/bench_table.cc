#include "tests/bench/bench_table.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {

void BenchTable::Add(const std::string& what, double figure, std::optional<double> bar,
                     const std::string& detail) {
  const bool is_met = !bar.has_value() || figure <= *bar;
  is_ok_ = is_ok_ && is_met;
  rows_.push_back({what, absl::StrFormat("%.2f", figure),
                   bar.has_value() ? absl::StrFormat("%.2f", *bar) : "",
                   !bar.has_value() ? "" : (is_met ? "ok" : "MISSED"), detail});
  // The whole takes minutes: show that it moves.
  std::fprintf(stderr, "  %s: %s %s\n", what.c_str(), rows_.back().figure.c_str(),
               rows_.back().verdict.c_str());
}

void BenchTable::AddMissing(const std::string& what, bool is_barred, const std::string& why) {
  is_ok_ = is_ok_ && !is_barred;
  rows_.push_back({what, "-", "", is_barred ? "MISSED" : "not measured", why});
  std::fprintf(stderr, "  %s: not measured\n", what.c_str());
}

std::string BenchTable::ToText() const {
  size_t width = 0;
  for (const Row& row : rows_) width = std::max(width, row.what.size());
  std::string text = absl::StrFormat("%-*s %8s %8s  %-12s  %s\n", static_cast<int>(width), "What",
                                     "Figure", "Bar", "", "Made of");
  for (const Row& row : rows_) {
    absl::StrAppendFormat(&text, "%-*s %8s %8s  %-12s  %s\n", static_cast<int>(width), row.what,
                          row.figure, row.bar, row.verdict, row.detail);
  }
  return text;
}

std::string BenchTable::ToMarkdown() const {
  std::string text = "| What | Figure | Bar | Made of |\n|---|---|---|---|\n";
  for (const Row& row : rows_) {
    absl::StrAppend(&text, "| ", row.what, " | ", row.figure, " | ", row.bar, " | ", row.detail,
                    " |\n");
  }
  return text;
}

std::string ShortDuration(absl::Duration duration) {
  const double us = absl::ToDoubleMicroseconds(duration);
  return us < 1000 ? absl::StrFormat("%.1f us", us) : absl::StrFormat("%.1f ms", us / 1000);
}

}  // namespace berthmaster
