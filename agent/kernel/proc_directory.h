#ifndef BERTHMASTER_AGENT_KERNEL_PROC_DIRECTORY_H_
#define BERTHMASTER_AGENT_KERNEL_PROC_DIRECTORY_H_

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"

namespace berthmaster {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
// An open directory; null when it cannot be opened.
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// The number that a link of procfs holds, as "net:[4026531833]" and "socket:[1234]" do after
// `kind`; nothing for another kind.
std::optional<uint64_t> InodeOfLink(absl::string_view link, absl::string_view kind);

// The same of the link `name` in `directory` (dirfd); nothing, and errno, when it cannot be read.
// errno is 0 for a link of another kind.
std::optional<uint64_t> ReadInodeLink(int directory, const char* name, absl::string_view kind);

// The next entry whose name is a number, such as a process in /proc or a file in /proc/<pid>/fd, 0
// or above; nothing at the end.
std::optional<int32_t> NextNumber(DIR* directory);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_PROC_DIRECTORY_H_
