#ifndef BERTHMASTER_CONTROLLER_API_BLOCKING_READS_H_
#define BERTHMASTER_CONTROLLER_API_BLOCKING_READS_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace berthmaster {

// Threads of their own for reads that wait for the disk, since a gRPC reaction must not. Two, so
// that one long read does not hold up all others.
inline constexpr int kReadThreads = 2;
// Reads that may wait; more callers are told to come again instead of waiting for minutes.
inline constexpr size_t kReadsWaitingMax = 64;

// A bounded queue of reads and the threads that do them. Any thread.
class BlockingReads {
 public:
  // Run exactly once: with OK to do the read and answer, or with the error to answer.
  using Read = std::function<void(const absl::Status& status)>;

  BlockingReads();
  ~BlockingReads();

  // RESOURCE_EXHAUSTED when kReadsWaitingMax wait, UNAVAILABLE after Stop; both through `read`, on
  // the calling thread.
  void Post(Read read);
  // Answers what waits with UNAVAILABLE, lets what runs end, joins. Idempotent.
  void Stop();

 private:
  void Run();

  absl::Mutex mutex_;
  std::deque<Read> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_BLOCKING_READS_H_
