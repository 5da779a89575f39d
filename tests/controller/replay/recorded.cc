#include "tests/controller/replay/recorded.h"

#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/recording/recording_reader.h"
#include "controller/replay/backtest.h"

namespace berthmaster {

std::string RecordingPath(absl::string_view name) {
  const char* root = std::getenv("BERTHMASTER_SOURCE_DIR");
  return absl::StrCat(root == nullptr ? "." : root, "/tests/testdata/recordings/", name, ".bmr");
}

std::vector<HostSample> RecordedSamples(absl::string_view name) {
  auto reader = RecordingReader::Open(RecordingPath(name)).value();
  std::vector<HostSample> samples;
  while (true) {
    std::optional<HostSample> sample = reader->Next().value();
    if (!sample.has_value()) break;
    samples.push_back(*std::move(sample));
  }
  if (!reader->is_finished()) std::abort();
  return samples;
}

BacktestReport Replayed(const std::vector<HostSample>& samples) {
  Backtest backtest;
  for (const HostSample& sample : samples) backtest.Feed("web-1", sample);
  return backtest.Report();
}

const PoolReport& ConnectPool(const BacktestReport& report) {
  const PoolReport* found = nullptr;
  for (const PoolReport& pool : report.pools) {
    if (pool.id.kind != PoolKind::kConnect) continue;
    if (found != nullptr) std::abort();
    found = &pool;
  }
  if (found == nullptr) std::abort();
  return *found;
}

}  // namespace berthmaster
