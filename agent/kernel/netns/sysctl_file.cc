#include "agent/kernel/netns/sysctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/file/file.h"
#include "common/status/annotate.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

// The longest value the kernel prints: ip_local_reserved_ports with every other port, 32,768
// numbers of up to 6 bytes.
constexpr size_t kValueBytesMax = 256 * 1024;

bool IsPartCharacter(char c, bool is_first_part) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' ||
         (c == '-' && !is_first_part);
}

}  // namespace

absl::StatusOr<std::string> SysctlPath(absl::string_view sysctl) {
  int dot_count = 0;
  bool is_good = true;
  char before = '.';
  for (char c : sysctl) {
    if (c == '.') {
      is_good = is_good && before != '.';
      ++dot_count;
    } else {
      is_good = is_good && IsPartCharacter(c, dot_count == 0);
    }
    before = c;
  }
  if (!is_good || dot_count == 0 || before == '.') {
    return absl::InvalidArgumentError(
        absl::StrCat("'", sysctl, "' is not the name of a sysctl, such as net.ipv4.tcp_tw_reuse"));
  }
  return absl::StrCat("/proc/sys/", absl::StrReplaceAll(sysctl, {{".", "/"}}));
}

absl::StatusOr<std::string> ReadSysctlFile(absl::string_view sysctl) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::string path, SysctlPath(sysctl));
  BERTHMASTER_ASSIGN_OR_RETURN(std::string value, ReadFile(path, kValueBytesMax));
  return NormalizeSysctlValue(value);
}

absl::Status WriteSysctlFile(absl::string_view sysctl, absl::string_view value) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::string path, SysctlPath(sysctl));
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path, " for writing"));
  // Writing no bytes at all is a no-op, so an empty list is written as a line end.
  const std::string line = absl::StrCat(value, "\n");
  const ssize_t written = write(fd.get(), line.data(), line.size());
  if (written < 0) return ErrnoStatus(errno, absl::StrCat("write '", value, "' to ", path));
  if (static_cast<size_t>(written) != line.size()) {
    // A second write would begin a new value, so this one stands as it is and the read-back shows
    // what it is.
    return absl::DataLossError(absl::StrCat("the kernel took only ", written, " of ", line.size(),
                                            " bytes written to ", path));
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
