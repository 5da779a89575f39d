#include "agent/kernel/netns/netns_door.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_scan.h"
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

}  // namespace

NetnsDoor::NetnsDoor(std::vector<std::string> filter) : filter_(std::move(filter)) {}

absl::StatusOr<UniqueFd> NetnsDoor::Open(uint64_t inode) {
  auto known = paths_.find(inode);
  if (known != paths_.end()) {
    absl::StatusOr<UniqueFd> fd = OpenNetns(known->second, inode);
    if (fd.ok()) return fd;
    paths_.erase(known);
  }
  const NetnsScan scan = ScanNetns();
  auto found = scan.found.find(inode);
  if (found == scan.found.end() && scan.is_partial) {
    // Who takes this for the end of the namespace forgets a prior value.
    return absl::PermissionDeniedError(
        absl::StrCat("there is no such network namespace among those that may be looked at; ",
                     scan.limitations.empty() ? "" : scan.limitations.front()));
  }
  if (found == scan.found.end()) {
    return absl::NotFoundError("there is no such network namespace");
  }
  if (!IsWantedNetns(filter_, inode, found->second)) {
    return absl::PermissionDeniedError("the agent was started for other namespaces only");
  }
  if (static_cast<int>(paths_.size()) >= kNamespacesMax) paths_.clear();
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenNetns(found->second, inode));
  // Where it was found last; a wrong one is noticed when it is opened.
  paths_[inode] = found->second.paths.front();
  return fd;
}

absl::Status NetnsDoor::RunInside(const NetnsId& netns, absl::FunctionRef<absl::Status()> work) {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, Open(netns.inode));
  return thread_.Run([&] {
    return RunInNetns({fd.get(), netns.inode}, [&]() -> absl::Status {
      BERTHMASTER_RETURN_IF_ERROR(CheckCurrent(netns));
      return work();
    });
  });
}

}  // namespace berthmaster
