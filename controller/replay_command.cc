#include "controller/replay_command.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/file/file.h"
#include "common/log/log.h"
#include "common/recording/recording_reader.h"
#include "common/status/annotate.h"
#include "controller/replay/backtest.h"
#include "controller/replay/report_text.h"
#include "controller/replay/stored_load.h"
#include "controller/store/sqlite/history_scan.h"

namespace berthmaster {
namespace {

// How much history is in memory at once: of a host with 8,192 pools sampled each second, some
// 200 MB.
constexpr absl::Duration kHistoryStep = absl::Minutes(1);

bool IsWanted(const ReplayOptions& options, absl::Time sample_time) {
  return sample_time >= options.from && sample_time < options.to;
}

absl::Status ReplayRecording(const ReplayOptions& options, Backtest& backtest,
                             std::vector<std::string>& notes) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::unique_ptr<RecordingReader> reader,
                               RecordingReader::Open(options.recording_path));
  const std::string& host_id = reader->header().host_id;
  if (!options.host_id.empty() && options.host_id != host_id) {
    return absl::NotFoundError(absl::StrCat(options.recording_path, " is a recording of host ",
                                            host_id, ", not of ", options.host_id));
  }
  while (true) {
    const absl::StatusOr<std::optional<HostSample>> sample = reader->Next();
    if (!sample.ok()) {
      notes.emplace_back(sample.status().message());
      return absl::OkStatus();
    }
    if (!sample->has_value()) break;
    if (IsWanted(options, (*sample)->sample_time)) backtest.Feed(host_id, **sample);
  }
  if (!reader->is_finished()) {
    notes.push_back("the recording has no end mark: its recorder was killed, or still records");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> HostsOf(const ReplayOptions& options,
                                                 SqliteHistoryScan& scan) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<std::string> hosts, scan.ListHosts());
  if (options.host_id.empty()) return hosts;
  for (const std::string& host : hosts) {
    if (host == options.host_id) return std::vector<std::string>{host};
  }
  return absl::NotFoundError(
      absl::StrCat(options.data_dir, " has no history of host ", options.host_id));
}

absl::Status ReplayHost(const ReplayOptions& options, const std::string& host_id,
                        SqliteHistoryScan& scan, Backtest& backtest, int64_t& incomplete_count) {
  StoredLoads loads;
  int64_t sequence = 0;
  absl::Time from = options.from;
  while (from < options.to) {
    BERTHMASTER_ASSIGN_OR_RETURN(std::optional<absl::Time> first,
                                 scan.FirstSampleTime(host_id, from));
    if (!first.has_value() || *first >= options.to) break;
    const absl::Time end = std::min(*first + kHistoryStep, options.to);
    BERTHMASTER_ASSIGN_OR_RETURN(std::vector<HostSample> samples, scan.Read(host_id, *first, end));
    for (HostSample& sample : samples) {
      sample.sequence = ++sequence;
      loads.Complete(sample);
      backtest.Feed(host_id, sample);
    }
    from = end;
  }
  incomplete_count += loads.incomplete_count();
  return absl::OkStatus();
}

absl::Status ReplayHistory(const ReplayOptions& options, Backtest& backtest,
                           std::vector<std::string>& notes) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      std::unique_ptr<SqliteHistoryScan> scan,
      SqliteHistoryScan::Open(absl::StrCat(options.data_dir, "/history.db")));
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<std::string> hosts, HostsOf(options, *scan));
  int64_t incomplete_count = 0;
  for (const std::string& host : hosts) {
    BERTHMASTER_RETURN_IF_ERROR(ReplayHost(options, host, *scan, backtest, incomplete_count));
  }
  notes.push_back(
      "the history keeps no tunables, states beside TIME_WAIT and ESTABLISHED, owners, findings, "
      "counters and failed connects: causes that rest on them are not told apart, and an "
      "exhaustion shows only as a pool without headroom; a recording has all of it");
  notes.push_back(
      "when TIME_WAIT ends and how long connections live is reckoned from counts and rates; tables "
      "and pools without a connection rate have no forecast");
  if (incomplete_count > 0) {
    notes.push_back(absl::StrCat(incomplete_count,
                                 " samples of pools foretell nothing: the first 10 s of a pool, "
                                 "gaps above 45 s, and reusable TIME_WAIT"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<absl::Time> ParseReplayTime(const std::string& flag, const std::string& text) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return absl::InvalidArgumentError(absl::StrCat(
      flag, " '", text, "' is no time: write it as in 2026-11-22T10:00:00Z (RFC 3339)"));
}

absl::Status RunReplayCommand(const ReplayOptions& options, const Clock& clock) {
  Backtest backtest;
  std::vector<std::string> notes;
  const absl::Duration start = clock.MonotonicNow();
  BERTHMASTER_RETURN_IF_ERROR(options.recording_path.empty()
                                  ? ReplayHistory(options, backtest, notes)
                                  : ReplayRecording(options, backtest, notes));
  BacktestReport report = backtest.Report();
  if (report.sample_count == 0) {
    return absl::NotFoundError(
        absl::StrCat(options.recording_path.empty() ? options.data_dir : options.recording_path,
                     ": there is no sample to replay", notes.empty() ? "" : ": ",
                     notes.empty() ? "" : notes[0], "; see --host, --from and --to"));
  }
  report.notes.insert(report.notes.end(), notes.begin(), notes.end());
  const absl::Duration took = std::max(clock.MonotonicNow() - start, absl::Microseconds(1));
  const std::string text = options.is_json ? BacktestJson(report) : BacktestTable(report);
  BERTHMASTER_RETURN_IF_ERROR(WriteAll(STDOUT_FILENO, text, "standard output"));
  // Not in the report, which is the same at each run.
  LogInfo(absl::StrFormat("replayed %s in %s, %.0f times as fast as it happened",
                          absl::FormatDuration(report.end_time - report.start_time),
                          absl::FormatDuration(absl::Trunc(took, absl::Microseconds(1))),
                          absl::FDivDuration(report.end_time - report.start_time, took)));
  return absl::OkStatus();
}

}  // namespace berthmaster
