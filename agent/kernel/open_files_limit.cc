#include "agent/kernel/open_files_limit.h"

#include <errno.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
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
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return ErrnoStatus(errno, "getrlimit(RLIMIT_NOFILE)");
  return FileLimit{ToCount(limit.rlim_cur), ToCount(limit.rlim_max)};
}

absl::Status RaiseOpenFilesLimit(int64_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return ErrnoStatus(errno, "getrlimit(RLIMIT_NOFILE)");
  const auto wanted_files = static_cast<rlim_t>(std::max<int64_t>(wanted, 0));
  if (limit.rlim_cur >= wanted_files) return absl::OkStatus();
  rlimit raised = {wanted_files, std::max(limit.rlim_max, wanted_files)};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return absl::OkStatus();
  // The hard limit takes a privilege, going up to it takes none.
  raised = {std::min(wanted_files, limit.rlim_max), limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0) {
    return ErrnoStatus(errno, "setrlimit(RLIMIT_NOFILE)");
  }
  if (raised.rlim_cur >= wanted_files) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the limit of open files is ", raised.rlim_cur,
                                                   " where ", wanted, " are wanted for ",
                                                   kNamespacesMax,
                                                   " network namespaces; start the agent with "
                                                   "LimitNOFILE=",
                                                   wanted, " (systemd) or a higher `ulimit -Hn`"));
}

int64_t HeldNetnsMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kNamespacesMax;
  const int64_t files =
      static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int32_t>::max()));
  return std::max(files - kOtherFilesMax, files / 4);
}

}  // namespace berthmaster
