#include "tests/kernel/netns_listing.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/proc_directory.h"

namespace berthmaster {
namespace {

template <typename Predicate>
int CountFiles(Predicate counts) {
  Directory directory(opendir("/proc/self/fd"));
  int count = 0;
  while (const std::optional<int32_t> fd = NextNumber(directory.get())) {
    if (*fd != dirfd(directory.get()) && counts(dirfd(directory.get()), *fd)) ++count;
  }
  return count;
}

}  // namespace

NetnsListing ListOn(NetnsDirectory& directory) {
  NetnsThread thread;
  NetnsListing listing;
  const absl::Status status = thread.Run([&] {
    absl::StatusOr<NetnsListing> listed = directory.List();
    if (!listed.ok()) return listed.status();
    listing = *std::move(listed);
    return absl::OkStatus();
  });
  if (!status.ok()) {
    std::fprintf(stderr, "no listing: %s\n", status.ToString().c_str());
    std::abort();
  }
  return listing;
}

std::optional<NetnsEntry> FindEntry(const NetnsListing& listing, uint64_t inode) {
  for (const NetnsEntry& entry : listing.entries) {
    if (entry.id.inode == inode) return entry;
  }
  return std::nullopt;
}

std::optional<NetnsEntry> FindEntry(NetnsDirectory& directory, uint64_t inode) {
  return FindEntry(ListOn(directory), inode);
}

int OpenFileCount() {
  return CountFiles([](int, int32_t) { return true; });
}

int HeldNetnsCount() {
  return CountFiles([](int directory, int32_t fd) {
    return ReadInodeLink(directory, absl::StrCat(fd).c_str(), "net").has_value();
  });
}

}  // namespace berthmaster
