#ifndef BERTHMASTER_AGENT_COLLECT_HOST_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_HOST_SAMPLER_H_

#include <cstdint>
#include <set>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// What a sampler has done since it was made.
struct SamplerStats {
  int64_t dump_count = 0;
  // Dumps that the kernel cut short.
  int64_t dump_retry_count = 0;
};

// What a look between samples found.
struct RiseLook {
  // The sockets of a namespace have risen so much since its last dump that a sample is worth its
  // cost now.
  bool is_rising = false;
  absl::Duration cpu_time;
};

// Takes samples of the host. Used by one thread; a call blocks for as long as the dumps take.
class HostSampler {
 public:
  virtual ~HostSampler() = default;

  // One sample, sequence 0. A namespace that cannot be read is left out and named in the
  // limitations; an error means that nothing at all could be seen (UNAVAILABLE, PERMISSION_DENIED
  // with the remedy).
  virtual absl::StatusOr<HostSample> Sample() = 0;

  // Looks at the socket counts of each namespace, without a dump. Never fails: a namespace that
  // cannot be read is not rising.
  virtual RiseLook LookForRise() { return {}; }

  // Reads the tunables and counters of these namespaces, by cookie, at every sample, and once more
  // when they are no longer among them: a change is under way there. Of others, a quiet one's are
  // read now and then.
  virtual void WatchClosely(const std::set<uint64_t>& /*netns_cookies*/) {}

  // Whether a namespace of the last sample is close to exhaustion (ExhaustionWatch).
  virtual bool is_close() const { return false; }

  // Of the last sample's CPU time, what the next one does not cost again: first dumps of
  // namespaces, which have a budget of their own.
  virtual absl::Duration one_off_cpu_time() const { return absl::ZeroDuration(); }

  virtual SamplerStats stats() const { return {}; }
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_HOST_SAMPLER_H_
