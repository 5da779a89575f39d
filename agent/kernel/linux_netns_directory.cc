#include "agent/kernel/linux_netns_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns_scan.h"
#include "agent/kernel/netns_thread.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::StatusOr<NetnsEntry> MakeEntry(uint64_t inode, const FoundNetns& found) {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenNetns(found.path, inode));
  NetnsEntry entry;
  entry.id.inode = inode;
  entry.fd = std::make_shared<const UniqueFd>(std::move(fd));
  BERTHMASTER_RETURN_IF_ERROR(RunInNetns({entry.fd->get(), inode}, [&entry] {
    absl::StatusOr<uint64_t> cookie = CurrentNetnsCookie();
    if (cookie.ok()) entry.id.cookie = *cookie;
    return cookie.status();
  }));
  return entry;
}

}  // namespace

LinuxNetnsDirectory::LinuxNetnsDirectory(std::vector<std::string> filter, const Clock& clock)
    : filter_(std::move(filter)), clock_(clock) {}

absl::StatusOr<NetnsListing> LinuxNetnsDirectory::List() {
  const absl::Duration now = clock_.MonotonicNow();
  if (!last_scan_.has_value() || now - *last_scan_ >= kScanInterval) {
    BERTHMASTER_RETURN_IF_ERROR(Scan());
    last_scan_ = now;
  }
  NetnsListing listing;
  listing.limitations = limitations_;
  for (const auto& [inode, entry] : known_) listing.entries.push_back(entry);
  return listing;
}

absl::Status LinuxNetnsDirectory::Scan() {
  NetnsScan scan = ScanNetns();
  limitations_ = std::move(scan.limitations);
  std::map<uint64_t, NetnsEntry> still_known;
  absl::Status first_error;
  for (const auto& [inode, found] : scan.found) {
    if (!IsWantedNetns(filter_, inode, found)) continue;
    auto known = known_.find(inode);
    NetnsEntry entry;
    if (known != known_.end()) {
      // The descriptor has kept the namespace alive, so an equal inode is the same namespace.
      entry = known->second;
    } else {
      absl::StatusOr<NetnsEntry> made = MakeEntry(inode, found);
      // It may have vanished since the scan, which harms nothing.
      if (absl::IsNotFound(made.status())) continue;
      if (!made.ok()) {
        if (first_error.ok()) first_error = made.status();
        limitations_.push_back(absl::StrCat("network namespace ", inode, " (", found.label,
                                            "): ", made.status().message()));
        continue;
      }
      entry = *std::move(made);
    }
    entry.label = found.label;
    entry.labels = found.labels;
    still_known.emplace(inode, std::move(entry));
  }
  known_ = std::move(still_known);
  if (known_.empty() && !first_error.ok()) return first_error;
  if (known_.empty() && scan.found.empty()) {
    return absl::UnavailableError("no network namespace can be seen; is /proc mounted?");
  }
  for (const std::string& wanted : filter_) {
    const bool is_there = std::any_of(scan.found.begin(), scan.found.end(), [&](const auto& one) {
      return IsWantedNetns({wanted}, one.first, one.second);
    });
    if (is_there) continue;
    limitations_.push_back(
        absl::StrCat("there is no network namespace '", wanted, "' now; see `lsns -t net`"));
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
