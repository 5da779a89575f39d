#include "agent/top/top_rows.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/pool_text.h"
#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"

namespace berthmaster {
namespace {

std::optional<absl::Duration> ForecastEnd(const NetnsSample& netns, const PoolSample& pool) {
  if (pool.utilization() < kForecastUtilizationMin) return std::nullopt;
  return MakeForecast(pool, ReuseDelay(netns.sysctls, pool.key)).time_to_exhaustion;
}

// What the row is searched in.
std::string SearchText(const TopRow& row) {
  std::string text = absl::StrCat(row.netns->label, " ", PoolKindText(row.pool->kind), " ",
                                  PoolKeyText(row.pool->kind, row.pool->key));
  for (const auto& [name, value] : row.netns->labels) absl::StrAppend(&text, " ", value);
  for (const PoolOwner& owner : row.pool->owners) {
    absl::StrAppend(&text, " ", owner.process, " ", owner.cgroup);
  }
  return absl::AsciiStrToLower(text);
}

// Smaller comes first.
double Rank(const TopRow& row, TopSort sort) {
  constexpr double kLast = std::numeric_limits<double>::infinity();
  switch (sort) {
    case TopSort::kUtilization:
      return -row.pool->utilization();
    case TopSort::kInUse:
      return -row.pool->in_use;
    case TopSort::kHeadroom:
      return row.pool->headroom();
    case TopSort::kRate:
      return row.pool->connection_rate.has_value() ? -*row.pool->connection_rate : kLast;
    case TopSort::kTimeToExhaustion:
      return row.time_to_exhaustion.has_value() ? absl::ToDoubleSeconds(*row.time_to_exhaustion)
                                                : kLast;
    case TopSort::kNetns:
      return 0;
  }
  return 0;
}

}  // namespace

TopSample::TopSample(HostSample sample) : sample_(std::move(sample)) {
  limitations_ = sample_.limitations;
  for (const NetnsSample& netns : sample_.namespaces) {
    for (const PoolSample& pool : netns.pools) {
      rows_.push_back({&netns, &pool, ForecastEnd(netns, pool)});
    }
    for (const std::string& limitation : netns.limitations) {
      limitations_.push_back(absl::StrCat(netns.label, ": ", limitation));
    }
  }
}

absl::string_view TopSortName(TopSort sort) {
  switch (sort) {
    case TopSort::kUtilization:
      return "utilization";
    case TopSort::kInUse:
      return "in use";
    case TopSort::kHeadroom:
      return "headroom";
    case TopSort::kRate:
      return "rate";
    case TopSort::kTimeToExhaustion:
      return "time to exhaustion";
    case TopSort::kNetns:
      return "netns";
  }
  return "?";
}

std::vector<TopRow> SelectRows(const TopSample& sample, TopSort sort, bool is_reversed,
                               absl::string_view filter) {
  const std::string wanted = absl::AsciiStrToLower(filter);
  std::vector<std::pair<double, TopRow>> ranked;
  for (const TopRow& row : sample.rows()) {
    if (!wanted.empty() && SearchText(row).find(wanted) == std::string::npos) continue;
    ranked.emplace_back(Rank(row, sort), row);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    const bool a_is_last = a.first == std::numeric_limits<double>::infinity();
    const bool b_is_last = b.first == std::numeric_limits<double>::infinity();
    if (a_is_last != b_is_last) return b_is_last;
    const auto& [first, second] = is_reversed ? std::tie(b, a) : std::tie(a, b);
    if (sort == TopSort::kNetns && first.second.netns->label != second.second.netns->label) {
      return first.second.netns->label < second.second.netns->label;
    }
    if (first.first != second.first) return first.first < second.first;
    return first.second.pool->in_use > second.second.pool->in_use;
  });
  std::vector<TopRow> rows;
  rows.reserve(ranked.size());
  for (auto& [rank, row] : ranked) rows.push_back(row);
  return rows;
}

}  // namespace berthmaster
