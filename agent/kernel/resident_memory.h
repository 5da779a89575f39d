#ifndef BERTHMASTER_AGENT_KERNEL_RESIDENT_MEMORY_H_
#define BERTHMASTER_AGENT_KERNEL_RESIDENT_MEMORY_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// A stretch of this process's address space.
struct MemoryRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  friend bool operator==(const MemoryRange&, const MemoryRange&) = default;
};

// Of the text of /proc/self/smaps, the mappings of files that may not be written and of which this
// process has no page of its own: what they hold is in the file, all of it. Text that is not of
// that form gives none. Pure.
std::vector<MemoryRange> CleanFileMappings(absl::string_view smaps);

// Gives back the pages of the program and its libraries that only its start needed: relocations,
// symbols, initialisers, half of what the process has resident then. A page that is needed again
// comes from the page cache. To be called once, when the start is over; any thread, and others may
// run. An error means that nothing or not all was given back, which harms nothing.
absl::Status ReleaseStartPages();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_RESIDENT_MEMORY_H_
