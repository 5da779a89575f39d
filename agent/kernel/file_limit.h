#ifndef BERTHMASTER_AGENT_KERNEL_FILE_LIMIT_H_
#define BERTHMASTER_AGENT_KERNEL_FILE_LIMIT_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace berthmaster {

// How many descriptors the agent may come to need: three for each of 4096 namespaces (itself, and
// its sockstat files where they are kept open), with as much room again for sockets and the spool.
inline constexpr int64_t kOpenFilesWanted = 32768;

// RLIMIT_NOFILE.
struct FileLimit {
  int64_t soft = 0;
  int64_t hard = 0;
};
absl::StatusOr<FileLimit> ReadFileLimit();

// Raises the soft limit to kOpenFilesWanted or the hard limit, whichever is lower; never lowers it.
// Returns what holds then. Needs no privilege; before the first thread.
absl::StatusOr<FileLimit> RaiseFileLimit();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_FILE_LIMIT_H_
