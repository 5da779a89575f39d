#ifndef BERTHMASTER_AGENT_KERNEL_SELF_USAGE_H_
#define BERTHMASTER_AGENT_KERNEL_SELF_USAGE_H_

#include <cstdint>

#include "absl/time/time.h"

namespace berthmaster {

// What this process has used so far.
struct SelfUsage {
  // User and system time of all its threads (getrusage).
  absl::Duration cpu_time;
  // Resident memory; 0 when it could not be read.
  int64_t resident_bytes = 0;
};

// Any thread.
SelfUsage ReadSelfUsage();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SELF_USAGE_H_
