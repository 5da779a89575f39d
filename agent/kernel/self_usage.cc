#include "agent/kernel/self_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

constexpr size_t kStatmBytesMax = 256;

int64_t ReadResidentBytes() {
  absl::StatusOr<std::string> statm = ReadFile("/proc/self/statm", kStatmBytesMax);
  if (!statm.ok()) return 0;
  // size resident shared …, in pages.
  const std::vector<absl::string_view> fields = absl::StrSplit(*statm, ' ');
  int64_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) return 0;
  return pages * sysconf(_SC_PAGESIZE);
}

}  // namespace

SelfUsage ReadSelfUsage() {
  SelfUsage usage;
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    usage.cpu_time =
        absl::DurationFromTimeval(used.ru_utime) + absl::DurationFromTimeval(used.ru_stime);
  }
  usage.resident_bytes = ReadResidentBytes();
  return usage;
}

}  // namespace berthmaster
