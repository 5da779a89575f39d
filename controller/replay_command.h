#ifndef BERTHMASTER_CONTROLLER_REPLAY_COMMAND_H_
#define BERTHMASTER_CONTROLLER_REPLAY_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace berthmaster {

struct ReplayOptions {
  // A recording; empty for the history in data_dir.
  std::string recording_path;
  std::string data_dir;
  // Only this host; every one when empty.
  std::string host_id;
  // from <= sample time < to.
  absl::Time from = absl::InfinitePast();
  absl::Time to = absl::InfiniteFuture();
  bool is_json = false;
};

// The moment that --from or --to names. INVALID_ARGUMENT says what is allowed.
absl::StatusOr<absl::Time> ParseReplayTime(const std::string& flag, const std::string& text);

// `berthmaster-controller replay`: runs the engine over what is stored and prints the report on
// standard output, and on standard error how fast it was. Writes nothing else, also not to the data
// directory, which a running controller may use. A recording that was cut or is damaged is replayed
// up to there, and the report says so. Else errors are those of RecordingReader::Open and
// SqliteHistoryScan::Open; NOT_FOUND when there is no sample to replay.
absl::Status RunReplayCommand(const ReplayOptions& options, const Clock& clock);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_COMMAND_H_
