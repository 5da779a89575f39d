#include "agent/kernel/file_limit.h"

#include <errno.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "common/status/annotate.h"

namespace berthmaster {
namespace {

int64_t ToCount(rlim_t limit) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  return limit == RLIM_INFINITY || limit > static_cast<rlim_t>(kMax) ? kMax
                                                                     : static_cast<int64_t>(limit);
}

}  // namespace

absl::StatusOr<FileLimit> ReadFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return ErrnoStatus(errno, "getrlimit RLIMIT_NOFILE");
  return FileLimit{ToCount(limit.rlim_cur), ToCount(limit.rlim_max)};
}

absl::StatusOr<FileLimit> RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return ErrnoStatus(errno, "getrlimit RLIMIT_NOFILE");
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, kOpenFilesWanted);
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
      return ErrnoStatus(errno, "raise RLIMIT_NOFILE");
    }
  }
  return FileLimit{ToCount(limit.rlim_cur), ToCount(limit.rlim_max)};
}

}  // namespace berthmaster
