#ifndef BERTHMASTER_CONTROLLER_ENGINE_SAMPLE_ADMISSION_H_
#define BERTHMASTER_CONTROLLER_ENGINE_SAMPLE_ADMISSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// How far ahead of this controller's clock a sample may claim to be taken. An agent's time is kept
// up to here; behind there is no bound, since a spool delivers old samples.
inline constexpr absl::Duration kClockAheadMax = absl::Hours(1);

// Decides what becomes of each sample that comes in: one place in the stream (host, epoch,
// sequence) is taken at most once. One thread.
class SampleAdmission {
 public:
  enum class Verdict : uint8_t {
    // The next one, or one after a gap: the agent dropped samples from a full spool.
    kNew,
    // Taken before: it is acknowledged again and goes nowhere.
    kDuplicate,
  };
  struct Result {
    Verdict verdict = Verdict::kNew;
    // How many samples are missing before this one.
    int64_t gap = 0;
    // How far the host's clock is ahead when that is above kClockAheadMax; 0 otherwise.
    absl::Duration clock_ahead;
    // When the sample counts as taken: now when the clock is so far ahead, so that the history is
    // neither sorted nor kept by a time that is not. Samples so moved stay in their order.
    absl::Time sample_time;
  };

  void Load(const std::vector<HistoryStream>& streams);

  // The host begins a session with a spool of `epoch`; another epoch than before starts again at
  // 0. Returns the committed sequence.
  int64_t Attach(absl::string_view host_id, int64_t epoch);
  Result Admit(absl::string_view host_id, const HostSample& sample, absl::Time now);
  // Nothing when the host has changed its epoch since.
  void MarkCommitted(absl::string_view host_id, int64_t epoch, int64_t sequence);
  // 0 for a host that has committed nothing in its epoch.
  int64_t Committed(absl::string_view host_id) const;

 private:
  struct Stream {
    int64_t epoch = 0;
    int64_t committed = 0;
    // Taken, and committed at the latest when the store works again.
    int64_t accepted = 0;
    absl::Time moved_time = absl::InfinitePast();
  };
  absl::flat_hash_map<std::string, Stream> streams_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_SAMPLE_ADMISSION_H_
