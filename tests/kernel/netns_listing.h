#ifndef BERTHMASTER_TESTS_KERNEL_NETNS_LISTING_H_
#define BERTHMASTER_TESTS_KERNEL_NETNS_LISTING_H_

#include <cstdint>
#include <optional>

#include "agent/kernel/netns/netns_directory.h"

namespace berthmaster {

// What the directory lists now, asked on a thread made for it. Aborts the test's process on an
// error.
NetnsListing ListOn(NetnsDirectory& directory);

// The entry with that inode.
std::optional<NetnsEntry> FindEntry(const NetnsListing& listing, uint64_t inode);
std::optional<NetnsEntry> FindEntry(NetnsDirectory& directory, uint64_t inode);

// How many descriptors this process has.
int OpenFileCount();
// How many of them hold network namespaces.
int HeldNetnsCount();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_NETNS_LISTING_H_
