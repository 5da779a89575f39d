#ifndef BERTHMASTER_CONTROLLER_LINK_SAMPLE_INTAKE_H_
#define BERTHMASTER_CONTROLLER_LINK_SAMPLE_INTAKE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "common/protocol/sample.h"

namespace berthmaster {

// Samples kept to merge deltas with: the base in use and what an agent may have sent after it,
// which is 32 before it waits for an acknowledgement.
inline constexpr size_t kBaseSamplesMax = 33;
// Pools in them, but for the newest: as many as one sample may have, so that small deltas of a
// large base cannot fill the memory.
inline constexpr size_t kBasePoolsMax = 65536;

// Decides, for one stream, which samples can be read: keeps what deltas may be against, and sees to
// it that after a gap nothing is read before the agent begins again in full. Samples are shared
// with Fleet, so at rest this holds none of its own. Not thread-safe.
class SampleIntake {
 public:
  enum class Verdict : uint8_t {
    kRead,
    // It is a delta against a sample that is not here; the agent is to be asked for full ones.
    kAskForFull,
    // It was sent before the agent heard of that.
    kDrop,
  };
  struct Judgement {
    Verdict verdict = Verdict::kRead;
    // What the delta is against; null for a full sample.
    std::shared_ptr<const HostSample> base;
  };

  // Of the next sample of the stream.
  Judgement Judge(int64_t sequence, int64_t base_sequence);
  // Keeps a sample that was read.
  void Keep(std::shared_ptr<const HostSample> sample);
  // The agent is told that its samples up to here are committed.
  void Acknowledge(int64_t committed_sequence);

  size_t kept_count() const { return kept_.size(); }

 private:
  struct Kept {
    std::shared_ptr<const HostSample> sample;
    size_t pools = 0;
  };
  void ForgetBefore(int64_t sequence);
  void ForgetOldest();

  // By sequence, rising. A deque would take half a KiB for the one that there is at rest.
  std::vector<Kept> kept_;
  size_t pools_ = 0;
  int64_t acknowledged_sequence_ = 0;
  // The highest sequence of the stream since it began, or began again.
  int64_t last_sequence_ = 0;
  bool is_waiting_for_full_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_LINK_SAMPLE_INTAKE_H_
