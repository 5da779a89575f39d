#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/wire/json_indent.h"
#include "controller/model/names.h"
#include "controller/replay/report_text.h"

namespace berthmaster {
namespace {

// A JSON string; what is not ASCII is written as '?', since it may be no UTF-8.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(c);
    } else if (absl::ascii_isprint(byte)) {
      quoted.push_back(c);
    } else if (byte < 0x80) {
      absl::StrAppendFormat(&quoted, "\\u%04x", byte);
    } else {
      quoted.push_back('?');
    }
  }
  quoted.push_back('"');
  return quoted;
}

std::string Number(double number) { return absl::StrFormat("%.6g", number); }
std::string Seconds(absl::Duration duration) { return Number(absl::ToDoubleSeconds(duration)); }
std::string Moment(absl::Time time) {
  return Quoted(absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()));
}

template <typename T, typename Text>
std::string OrNull(const std::optional<T>& value, Text text) {
  return value.has_value() ? text(*value) : "null";
}

template <typename T, typename Text>
std::string Array(const std::vector<T>& values, Text text) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const T& value : values) texts.push_back(text(value));
  return absl::StrCat("[", absl::StrJoin(texts, ","), "]");
}

std::string Figures(const ErrorFigures& figures) {
  return absl::StrCat("{\"count\":", figures.count, ",\"median\":", Number(figures.median),
                      ",\"percentile90\":", Number(figures.percentile_90), "}");
}

std::string Moments(const Exhaustion& exhaustion) {
  return absl::StrCat("{\"after\":", Moment(exhaustion.after),
                      ",\"until\":", Moment(exhaustion.until),
                      ",\"riseTime\":", Moment(exhaustion.rise_time), "}");
}

std::string Severity(IncidentSeverity severity) {
  return severity == IncidentSeverity::kCritical ? "\"CRITICAL\"" : "\"WARNING\"";
}

std::string IncidentText(const IncidentReport& incident) {
  const std::optional<absl::Time> resolved =
      incident.last.active() ? std::nullopt : incident.last.resolve_time;
  return absl::StrCat("{\"pool\":", Quoted(incident.opened.pool_name),
                      ",\"netnsLabel\":", Quoted(incident.opened.netns_label),
                      ",\"openTime\":", Moment(incident.opened.open_time),
                      ",\"severity\":", Severity(incident.opened.severity),
                      ",\"severityMax\":", Severity(incident.severity_max),
                      ",\"causeAtOpening\":", Quoted(CauseText(incident.opened.cause)),
                      ",\"cause\":", Quoted(CauseText(incident.last.cause)),
                      ",\"timeLeftSeconds\":", OrNull(incident.opened.time_to_exhaustion, Seconds),
                      ",\"exhaustion\":", OrNull(incident.exhaustion, Moments),
                      ",\"warningSeconds\":", OrNull(incident.warning_time(), Seconds),
                      ",\"resolveTime\":", OrNull(resolved, Moment),
                      ",\"reopenCount\":", incident.reopen_count,
                      ",\"summary\":", Quoted(incident.opened.summary), "}");
}

std::string HorizonText(const HorizonReport& horizon) {
  return absl::StrCat(
      "{\"horizonSeconds\":", Seconds(horizon.horizon),
      ",\"socketsError\":", Figures(horizon.sockets), ",\"shareError\":", Figures(horizon.share),
      ",\"bandCount\":", horizon.band_count, ",\"inBandCount\":", horizon.in_band_count,
      ",\"unjudgedCount\":", horizon.unjudged_count, "}");
}

std::string PoolText(const PoolReport& pool) {
  return absl::StrCat(
      "{\"pool\":", Quoted(pool.pool_name), ",\"netnsLabel\":", Quoted(pool.netns_label),
      ",\"capacity\":", pool.capacity, ",\"utilizationMax\":", Number(pool.utilization_max),
      ",\"sampleCount\":", pool.sample_count, ",\"unknownLoadCount\":", pool.unknown_load_count,
      ",\"exhaustions\":", Array(pool.exhaustions, Moments),
      ",\"horizons\":", Array(pool.horizons, HorizonText),
      ",\"exhaustionSecondsError\":", Figures(pool.exhaustion.seconds),
      ",\"exhaustionShareError\":", Figures(pool.exhaustion.share),
      ",\"exhaustionMissedCount\":", pool.exhaustion.missed_count,
      ",\"exhaustionFalseCount\":", pool.exhaustion.false_count, "}");
}

}  // namespace

std::string BacktestJson(const BacktestReport& report) {
  return IndentJson(absl::StrCat("{\"hosts\":", Array(report.host_ids, Quoted), ",\"sampleCount\":",
                                 report.sample_count, ",\"startTime\":", Moment(report.start_time),
                                 ",\"endTime\":", Moment(report.end_time),
                                 ",\"incidents\":", Array(report.incidents, IncidentText),
                                 ",\"pools\":", Array(report.pools, PoolText),
                                 ",\"notes\":", Array(report.notes, Quoted), "}")) +
         "\n";
}

}  // namespace berthmaster
