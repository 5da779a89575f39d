#ifndef BERTHMASTER_AGENT_KERNEL_OPEN_FILES_LIMIT_H_
#define BERTHMASTER_AGENT_KERNEL_OPEN_FILES_LIMIT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_directory.h"

namespace berthmaster {

// Descriptors that the agent needs for everything but namespaces: gRPC, the spool, BPF maps,
// readers of /proc. It has some dozens; the rest is room.
inline constexpr int64_t kOtherFilesMax = 256;
// One descriptor for each namespace that may be watched.
inline constexpr int64_t kWantedOpenFiles = kNamespacesMax + kOtherFilesMax;

// Raises this process's limit of open files (RLIMIT_NOFILE, 1024 on most hosts) to `wanted`, or as
// far as it goes: to the hard limit, and beyond it with CAP_SYS_RESOURCE. To be called once at the
// start of main(). Never lowers it. RESOURCE_EXHAUSTED, with the remedy, when it stays lower; the
// agent works then, and leaves namespaces out.
absl::Status RaiseOpenFilesLimit(int64_t wanted = kWantedOpenFiles);

// RLIMIT_NOFILE; the largest number where there is none.
struct FileLimit {
  int64_t soft = 0;
  int64_t hard = 0;
};
absl::StatusOr<FileLimit> ReadFileLimit();

// How many namespaces may be held open: the limit now without kOtherFilesMax, but at least a
// quarter of the limit.
int64_t HeldNetnsMax();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_OPEN_FILES_LIMIT_H_
