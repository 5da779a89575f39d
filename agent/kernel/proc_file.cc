#include "agent/kernel/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<absl::string_view> ProcFileReader::Read(const char* path) {
  UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  size_t had = 0;
  while (true) {
    const ssize_t got = read(fd.get(), buffer_.data() + had, buffer_.size() - had);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
    if (got == 0) return absl::string_view(buffer_.data(), had);
    had += static_cast<size_t>(got);
    if (had == buffer_.size()) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, " has more than the ", kBytesMax, " bytes allowed"));
    }
  }
}

}  // namespace berthmaster
