#ifndef BERTHMASTER_CONTROLLER_STORE_HISTORY_STORE_H_
#define BERTHMASTER_CONTROLLER_STORE_HISTORY_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// A sample on its way into the history.
struct HistoryEntry {
  std::string host_id;
  int64_t epoch = 0;
  std::shared_ptr<const HostSample> sample;
};

// How far the samples of one host are committed.
struct HistoryStream {
  std::string host_id;
  int64_t epoch = 0;
  int64_t committed_sequence = 0;
};

struct PoolHistoryPoint {
  absl::Time sample_time;
  int32_t capacity = 0;
  int32_t in_use = 0;
  int32_t reusable = 0;
  int32_t time_wait = 0;
  int32_t established = 0;
  std::optional<double> connection_rate;
  friend bool operator==(const PoolHistoryPoint&, const PoolHistoryPoint&) = default;
};

struct PoolHistory {
  // Oldest first.
  std::vector<PoolHistoryPoint> points;
  // How many samples the interval holds before thinning.
  int64_t sample_count = 0;
};

// Writes the history. One thread at a time.
class HistoryWriter {
 public:
  virtual ~HistoryWriter() = default;

  // The stream of every host that ever committed a sample: its newest epoch.
  virtual absl::StatusOr<std::vector<HistoryStream>> LoadStreams() = 0;

  // Commits the entries in one durable transaction, all or nothing. An entry whose sequence is not
  // above its stream's committed one is left out, so that nothing is ever counted twice.
  // RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE for other I/O errors.
  virtual absl::Status Append(const std::vector<HistoryEntry>& entries) = 0;

  // Drops what is older than `oldest`, a bounded amount at each call; true when there is more to
  // drop.
  virtual absl::StatusOr<bool> Prune(absl::Time oldest) = 0;
};

// Reads the history. Any thread; calls block on the disk, so never from a gRPC reaction.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  // The points of one pool with start <= sample time < end, thinned to at most `points_max` by
  // keeping the one with the highest in_use of each step. NOT_FOUND when the pool was never
  // recorded.
  virtual absl::StatusOr<PoolHistory> ReadPool(absl::string_view pool_name, absl::Time start,
                                               absl::Time end, int points_max) = 0;

  // How many samples of the host are recorded in the epoch.
  virtual absl::StatusOr<int64_t> CountSamples(absl::string_view host_id, int64_t epoch) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_HISTORY_STORE_H_
