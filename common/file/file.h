#ifndef BERTHMASTER_COMMON_FILE_FILE_H_
#define BERTHMASTER_COMMON_FILE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  // Gives the descriptor up without closing it.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// The whole of a file of at most `size_max` bytes; files of /proc too, which say no size.
// NOT_FOUND, PERMISSION_DENIED and the like as errno says; RESOURCE_EXHAUSTED when it is larger.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t size_max);

// Replaces the file so that a crash at any moment leaves the old content or the new one: temporary
// file, fsync, rename, fsync of the directory. The new file has mode `mode`.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view content, mode_t mode);

// Makes `path` and what is missing above it, with mode 0700, unless it is a directory already. The
// error names the path.
absl::Status MakeDirectories(const std::string& path);

// Takes an exclusive lock on `path`, which is made if need be, for as long as the result lives; the
// kernel drops it when the process ends in any way. FAILED_PRECONDITION when another process holds
// it.
absl::StatusOr<UniqueFd> LockFile(const std::string& path);

// Writes all of `bytes`, over interruptions and short writes.
absl::Status WriteAll(int fd, absl::string_view bytes, absl::string_view what);

// fsync(2) on a directory, so that names made or removed in it are durable.
absl::Status SyncDirectory(const std::string& path);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FILE_FILE_H_
