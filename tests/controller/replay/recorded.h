#ifndef BERTHMASTER_TESTS_CONTROLLER_REPLAY_RECORDED_H_
#define BERTHMASTER_TESTS_CONTROLLER_REPLAY_RECORDED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/replay/backtest_report.h"

namespace berthmaster {

// The recordings of real runs in tests/testdata/recordings, by name without ".bmr".
std::string RecordingPath(absl::string_view name);
// Aborts when it is damaged.
std::vector<HostSample> RecordedSamples(absl::string_view name);

BacktestReport Replayed(const std::vector<HostSample>& samples);

// The one connect pool of the report; aborts when there is another number.
const PoolReport& ConnectPool(const BacktestReport& report);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_REPLAY_RECORDED_H_
