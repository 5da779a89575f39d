#include "agent/kernel/netns/linux_netns_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/clean_text.h"
#include "agent/kernel/count_text.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/open_files_limit.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Namespaces that cannot be opened are said one by one up to here, then counted: a reason that
// holds for one mostly holds for all.
constexpr int kRefusalsSaidMax = 3;

absl::StatusOr<NetnsEntry> MakeEntry(uint64_t inode, const FoundNetns& found) {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenNetns(found, inode));
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

struct LinuxNetnsDirectory::LeftOut {
  absl::Status first_error;
  int refused_count = 0;
  // For want of descriptors.
  int too_many_count = 0;
};

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
  listing.entries.reserve(known_.size());
  for (const auto& [inode, entry] : known_) listing.entries.push_back(entry);
  return listing;
}

absl::Status LinuxNetnsDirectory::Scan() {
  NetnsScan scan = scanner_.Scan();
  limitations_ = std::move(scan.limitations);
  labels_.StartScan();
  // Closed before others are opened, so that there are never more than may be.
  std::erase_if(known_, [&scan](const auto& known) { return scan.found.count(known.first) == 0; });
  std::map<uint64_t, NetnsEntry> still_known;
  LeftOut left_out;
  // What was known stays so when there are more than can be held, and the host's goes before all.
  for (const bool is_first_turn : {true, false}) {
    for (const auto& [inode, found] : scan.found) {
      if (!IsWantedNetns(filter_, inode, found)) continue;
      if ((found.is_host || known_.count(inode) != 0) == is_first_turn) {
        Keep(inode, found, still_known, left_out);
      }
    }
  }
  known_ = std::move(still_known);
  SayLeftOut(left_out);
  if (known_.empty() && !left_out.first_error.ok()) return left_out.first_error;
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

void LinuxNetnsDirectory::Keep(uint64_t inode, const FoundNetns& found,
                               std::map<uint64_t, NetnsEntry>& still_known, LeftOut& left_out) {
  auto known = known_.find(inode);
  NetnsEntry entry;
  if (known != known_.end()) {
    // The descriptor has kept the namespace alive, so an equal inode is the same namespace.
    entry = known->second;
  } else if (!found.is_host && static_cast<int64_t>(still_known.size()) >= HeldNetnsMax()) {
    ++left_out.too_many_count;
    return;
  } else {
    absl::StatusOr<NetnsEntry> made = MakeEntry(inode, found);
    // It may have vanished since the scan, which harms nothing.
    if (absl::IsNotFound(made.status())) return;
    if (!made.ok()) {
      if (left_out.first_error.ok()) left_out.first_error = made.status();
      if (++left_out.refused_count > kRefusalsSaidMax) return;
      limitations_.push_back(absl::StrCat("network namespace ", inode, " (",
                                          labels_.Describe(inode, found).label,
                                          "): ", made.status().message()));
      return;
    }
    entry = *std::move(made);
  }
  const NetnsDescription& description = labels_.Describe(inode, found);
  entry.label = description.label;
  entry.labels = description.labels;
  still_known.emplace(inode, std::move(entry));
}

void LinuxNetnsDirectory::SayLeftOut(const LeftOut& left_out) {
  if (left_out.refused_count > kRefusalsSaidMax) {
    limitations_.push_back(
        absl::StrCat(CountText(left_out.refused_count - kRefusalsSaidMax, "more network namespace",
                               "more network namespaces"),
                     " cannot be entered"));
  }
  if (left_out.too_many_count > 0) {
    limitations_.push_back(absl::StrCat(
        CountText(left_out.too_many_count, "network namespace is", "network namespaces are"),
        " not looked at, because the limit of open files lets the agent hold ", HeldNetnsMax(),
        "; start it with LimitNOFILE=", kWantedOpenFiles, " (systemd) or a higher `ulimit -n`"));
  }
}

}  // namespace berthmaster
