#ifndef BERTHMASTER_AGENT_KERNEL_PROC_FILE_H_
#define BERTHMASTER_AGENT_KERNEL_PROC_FILE_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Reads files of /proc into one buffer that is kept: a sample reads some of them for each
// namespace. One thread.
class ProcFileReader {
 public:
  // Of /proc/net/netstat, the largest file that is read so: 5 KiB on a kernel of 2026.
  static constexpr size_t kBytesMax = 64 * 1024;

  ProcFileReader() : buffer_(kBytesMax) {}

  // The whole file, valid until the next call. NOT_FOUND, PERMISSION_DENIED and the like as errno
  // says; RESOURCE_EXHAUSTED when it has more than kBytesMax bytes.
  absl::StatusOr<absl::string_view> Read(const char* path);

 private:
  std::vector<char> buffer_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_PROC_FILE_H_
