#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/ids/names.h"
#include "controller/model/names.h"
#include "controller/replay/report_text.h"

namespace berthmaster {
namespace {

using Row = std::vector<std::string>;

std::string Printable(absl::string_view text) {
  std::string printable(text);
  for (char& c : printable) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return printable;
}

// Each column as wide as its widest cell.
void AppendRows(const std::vector<Row>& rows, std::string& table) {
  std::vector<size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppendFormat(&line, "%-*s  ", static_cast<int>(widths[i]), row[i]);
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&table, line, "\n");
  }
}

std::string Seconds(absl::Duration duration) {
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(duration));
}
std::string Seconds(const std::optional<absl::Duration>& duration) {
  return duration.has_value() ? Seconds(*duration) : "-";
}

std::string Percent(double share) { return absl::StrFormat("%.1f %%", 100 * share); }

std::string Place(absl::string_view host_id, absl::string_view netns_label, const PoolId& id) {
  return absl::StrCat(Printable(host_id), " ", Printable(netns_label), " ", PoolTitle(id, "->"));
}

std::string InBand(const HorizonReport& horizon) {
  if (horizon.band_count == 0) return "-";
  return Percent(static_cast<double>(horizon.in_band_count) /
                 static_cast<double>(horizon.band_count));
}

absl::string_view SeverityText(IncidentSeverity severity) {
  return severity == IncidentSeverity::kCritical ? "CRITICAL" : "WARNING";
}

void AppendIncidents(const BacktestReport& report, std::string& table) {
  if (report.incidents.empty()) {
    absl::StrAppend(&table, "\nNo incident.\n");
    return;
  }
  std::vector<Row> rows = {{"OPENED", "SEVERITY", "CAUSE", "POOL", "TIME LEFT", "EXHAUSTED",
                            "WARNING TIME", "OF POSSIBLE", "RESOLVED"}};
  for (const IncidentReport& incident : report.incidents) {
    const auto since_start = [&](absl::Time time) { return Seconds(time - report.start_time); };
    const Incident& last = incident.last;
    std::string severity(SeverityText(incident.opened.severity));
    if (incident.severity_max != incident.opened.severity) severity += ", then CRITICAL";
    std::string resolved =
        last.resolve_time.has_value() && !last.active() ? since_start(*last.resolve_time) : "-";
    if (incident.reopen_count > 0) {
      absl::StrAppend(&resolved, " (open again ", incident.reopen_count, "x)");
    }
    std::string exhausted = "-";
    std::string possible = "-";
    if (incident.exhaustion.has_value()) {
      exhausted = since_start(incident.exhaustion->until);
      possible = Seconds(incident.exhaustion->until - incident.exhaustion->rise_time);
    }
    rows.push_back({since_start(incident.opened.open_time), severity,
                    std::string(CauseText(last.cause)),
                    Place(incident.opened.host_id, incident.opened.netns_label,
                          {incident.opened.pool_kind, incident.opened.key}),
                    Seconds(incident.opened.time_to_exhaustion), exhausted,
                    Seconds(incident.warning_time()), possible, resolved});
  }
  absl::StrAppend(&table, "\nINCIDENTS, by seconds since the first sample\n");
  AppendRows(rows, table);
}

void AppendOccupancy(const BacktestReport& report, std::string& table) {
  std::vector<Row> rows = {{"POOL", "CAPACITY", "MAX", "AHEAD", "FORECASTS", "MEDIAN ERROR",
                            "90TH PERCENTILE", "IN BAND"}};
  for (const PoolReport& pool : report.pools) {
    for (const HorizonReport& horizon : pool.horizons) {
      if (horizon.sockets.count == 0) continue;
      rows.push_back(
          {Place(pool.host_id, pool.netns_label, pool.id), absl::StrCat(pool.capacity),
           Percent(pool.utilization_max), absl::FormatDuration(horizon.horizon),
           absl::StrCat(horizon.sockets.count),
           absl::StrFormat("%.1f (%s)", horizon.sockets.median, Percent(horizon.share.median)),
           absl::StrFormat("%.1f (%s)", horizon.sockets.percentile_90,
                           Percent(horizon.share.percentile_90)),
           InBand(horizon)});
    }
  }
  if (rows.size() == 1) return;
  absl::StrAppend(&table,
                  "\nOCCUPANCY, forecast against what it then was (sockets, % of capacity)\n");
  AppendRows(rows, table);
}

void AppendExhaustion(const BacktestReport& report, std::string& table) {
  std::vector<Row> rows = {{"POOL", "EXHAUSTED", "FORECASTS", "MEDIAN ERROR", "90TH PERCENTILE",
                            "NOT FORETOLD", "FORETOLD WRONGLY"}};
  for (const PoolReport& pool : report.pools) {
    const ExhaustionReport& ends = pool.exhaustion;
    if (pool.exhaustions.empty() && ends.false_count == 0) continue;
    const auto figure = [](double seconds, double share) {
      return absl::StrFormat("%.1f s (%s)", seconds, Percent(share));
    };
    rows.push_back({Place(pool.host_id, pool.netns_label, pool.id),
                    absl::StrCat(pool.exhaustions.size(), "x"), absl::StrCat(ends.seconds.count),
                    figure(ends.seconds.median, ends.share.median),
                    figure(ends.seconds.percentile_90, ends.share.percentile_90),
                    absl::StrCat(ends.missed_count), absl::StrCat(ends.false_count)});
  }
  if (rows.size() == 1) return;
  absl::StrAppend(&table,
                  "\nMOMENT OF EXHAUSTION, forecast against what then happened "
                  "(seconds, % of the time left)\n");
  AppendRows(rows, table);
}

}  // namespace

std::string BacktestTable(const BacktestReport& report) {
  std::string table = absl::StrFormat(
      "%d samples of %d %s, %s from %s\n", report.sample_count, report.host_ids.size(),
      report.host_ids.size() == 1 ? "host" : "hosts", Seconds(report.end_time - report.start_time),
      absl::FormatTime(absl::RFC3339_sec, report.start_time, absl::UTCTimeZone()));
  AppendIncidents(report, table);
  AppendOccupancy(report, table);
  AppendExhaustion(report, table);
  if (!report.notes.empty()) absl::StrAppend(&table, "\nNOT JUDGED\n");
  for (const std::string& note : report.notes) {
    absl::StrAppend(&table, "- ", Printable(note), "\n");
  }
  return table;
}

}  // namespace berthmaster
