#include "agent/kernel/netns/linux_netns_sysctl.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

std::string What(const NetnsId& netns, absl::string_view sysctl) {
  return absl::StrCat(sysctl, " in network namespace ", netns.inode);
}

// Inside a namespace, a file that is not there is a sysctl that the kernel has not got; NOT_FOUND
// is for the namespace.
absl::Status NoSuchSysctl(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::UnimplementedError(status.message()) : status;
}

}  // namespace

LinuxNetnsSysctl::LinuxNetnsSysctl(std::vector<std::string> filter) : door_(std::move(filter)) {}

absl::StatusOr<std::string> LinuxNetnsSysctl::Read(const NetnsId& netns, absl::string_view sysctl) {
  std::string value;
  absl::Status status = door_.RunInside(netns, [&]() -> absl::Status {
    absl::StatusOr<std::string> read = ReadSysctlFile(sysctl);
    if (!read.ok()) return NoSuchSysctl(read.status());
    value = *std::move(read);
    return absl::OkStatus();
  });
  // Another namespace in its place means that the one asked for is gone.
  if (absl::IsFailedPrecondition(status)) status = absl::NotFoundError(status.message());
  if (!status.ok()) return Annotate(status, absl::StrCat("read ", What(netns, sysctl)));
  return value;
}

absl::Status LinuxNetnsSysctl::Write(const NetnsId& netns, absl::string_view sysctl,
                                     absl::string_view value) {
  return Annotate(
      door_.RunInside(netns, [&] { return NoSuchSysctl(WriteSysctlFile(sysctl, value)); }),
      absl::StrCat("write ", What(netns, sysctl)));
}

}  // namespace berthmaster
