#include "agent/kernel/netns/linux_netns_sysctl.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_scan.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::Status Mismatch(const NetnsId& wanted, const NetnsId& found) {
  return absl::FailedPreconditionError(
      absl::StrCat("network namespace with cookie ", wanted.cookie, " and inode ", wanted.inode,
                   " is gone; in its place is cookie ", found.cookie, " and inode ", found.inode,
                   "; nothing was written"));
}

// Asks the kernel, not our memory: both must hold for the namespace that this thread is in now.
absl::Status CheckCurrent(const NetnsId& netns) {
  NetnsId current;
  BERTHMASTER_ASSIGN_OR_RETURN(current.cookie, CurrentNetnsCookie());
  BERTHMASTER_ASSIGN_OR_RETURN(current.inode, CurrentNetnsInode());
  return current == netns ? absl::OkStatus() : Mismatch(netns, current);
}

std::string What(const NetnsId& netns, absl::string_view sysctl) {
  return absl::StrCat(sysctl, " in network namespace ", netns.inode);
}

}  // namespace

LinuxNetnsSysctl::LinuxNetnsSysctl(std::vector<std::string> filter) : filter_(std::move(filter)) {}

absl::StatusOr<UniqueFd> LinuxNetnsSysctl::Open(uint64_t inode) {
  auto known = paths_.find(inode);
  if (known != paths_.end()) {
    absl::StatusOr<UniqueFd> fd = OpenNetns(known->second, inode);
    if (fd.ok()) return fd;
    paths_.erase(known);
  }
  const NetnsScan scan = ScanNetns();
  auto found = scan.found.find(inode);
  if (found == scan.found.end()) {
    return absl::NotFoundError("there is no such network namespace, or it may not be looked at");
  }
  if (!IsWantedNetns(filter_, inode, found->second)) {
    return absl::NotFoundError("the agent was started with --netns for other namespaces only");
  }
  if (static_cast<int>(paths_.size()) >= kNamespacesMax) paths_.clear();
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenNetns(found->second, inode));
  // Where it was found last; a wrong one is noticed when it is opened.
  paths_[inode] = found->second.paths.front();
  return fd;
}

absl::Status LinuxNetnsSysctl::RunChecked(const NetnsId& netns,
                                          absl::FunctionRef<absl::Status()> work) {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, Open(netns.inode));
  return thread_.Run([&] {
    return RunInNetns({fd.get(), netns.inode}, [&]() -> absl::Status {
      BERTHMASTER_RETURN_IF_ERROR(CheckCurrent(netns));
      return work();
    });
  });
}

absl::StatusOr<std::string> LinuxNetnsSysctl::Read(const NetnsId& netns, absl::string_view sysctl) {
  std::string value;
  absl::Status status = RunChecked(netns, [&]() -> absl::Status {
    BERTHMASTER_ASSIGN_OR_RETURN(value, ReadSysctlFile(sysctl));
    return absl::OkStatus();
  });
  // Another namespace in its place means that the one asked for is gone.
  if (absl::IsFailedPrecondition(status)) status = absl::NotFoundError(status.message());
  if (!status.ok()) return Annotate(status, absl::StrCat("read ", What(netns, sysctl)));
  return value;
}

absl::Status LinuxNetnsSysctl::Write(const NetnsId& netns, absl::string_view sysctl,
                                     absl::string_view value) {
  return Annotate(RunChecked(netns, [&] { return WriteSysctlFile(sysctl, value); }),
                  absl::StrCat("write ", What(netns, sysctl)));
}

}  // namespace berthmaster
