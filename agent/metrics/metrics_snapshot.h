#ifndef BERTHMASTER_AGENT_METRICS_METRICS_SNAPSHOT_H_
#define BERTHMASTER_AGENT_METRICS_METRICS_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How many pools, and namespaces, have series of their own: the fullest. More series than that for
// each host would make a fleet's Prometheus the most expensive part of the matter.
inline constexpr size_t kMetricsPoolsMax = 50;
inline constexpr size_t kMetricsNetnsMax = 50;

// What the metrics say of one sample.
struct SampleSummary {
  struct Netns {
    uint64_t inode = 0;
    std::string label;
    int64_t tcp_in_use = 0;
    int64_t time_wait = 0;
    int64_t time_wait_overflow_count = 0;
  };
  struct Pool {
    uint64_t netns_inode = 0;
    std::string netns_label;
    // Without its owners and histogram.
    PoolSample pool;
    std::optional<absl::Duration> time_to_exhaustion;
  };
  absl::Time sample_time;
  // The fullest first, kMetricsPoolsMax at most.
  std::vector<Pool> pools;
  // Those with the most sockets first, kMetricsNetnsMax at most.
  std::vector<Netns> namespaces;
  // Of the whole sample.
  int64_t pool_count = 0;
  int64_t netns_count = 0;
  int64_t tcp_in_use = 0;
  int64_t time_wait = 0;
  // Those of the host and of its namespaces.
  int64_t limitation_count = 0;
};

// Pure; any thread.
SampleSummary Summarize(const HostSample& sample);

// What the agent says of itself. Counts are since its start.
struct MetricsSnapshot {
  std::string version;
  std::string profile;
  // The last sample; null until there is one.
  std::shared_ptr<const SampleSummary> sample;

  // When the loop was last alive, and a sample succeeded last, on the monotonic clock.
  absl::Duration loop_time;
  std::optional<absl::Duration> sampled_time;
  // What is between samples now.
  absl::Duration sample_interval;
  bool is_close_to_exhaustion = false;
  // Why nothing can be sampled; empty while it can.
  std::string sampler_failure;

  absl::Duration cpu_time;
  int64_t resident_bytes = 0;
  absl::Duration sample_cpu_time;
  int64_t sample_count = 0;
  int64_t sample_failure_count = 0;
  int64_t dump_count = 0;
  int64_t dump_retry_count = 0;
  // What the host's identity and the last sample say.
  int64_t limitation_count = 0;

  bool is_attached = false;
  int64_t dropped_count = 0;
  int64_t spool_count = 0;
  std::optional<absl::Time> acknowledged_time;
};

// Where the loop leaves its latest snapshot, so that a scrape never waits for the loop, nor the
// loop for a scrape. Any thread.
class SnapshotBoard {
 public:
  void Post(std::shared_ptr<const MetricsSnapshot> snapshot) {
    absl::MutexLock lock(&mutex_);
    latest_ = std::move(snapshot);
  }
  // Null until the first.
  std::shared_ptr<const MetricsSnapshot> Latest() const {
    absl::MutexLock lock(&mutex_);
    return latest_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const MetricsSnapshot> latest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_METRICS_METRICS_SNAPSHOT_H_
