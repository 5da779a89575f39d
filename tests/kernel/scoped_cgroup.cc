#include "tests/kernel/scoped_cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"

namespace berthmaster {

ScopedCgroup::ScopedCgroup(absl::string_view suffix)
    : name_(absl::StrCat("/bmtest-", getpid(), suffix, ".service")) {
  for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (std::filesystem::exists(absl::StrCat(mount, "/cgroup.controllers"))) mount_ = mount;
  }
  if (!mount_.empty() && mkdir((mount_ + name_).c_str(), 0755) != 0) mount_.clear();
}

uint64_t ScopedCgroup::id() const {
  struct stat info;
  return stat((mount_ + name_).c_str(), &info) == 0 ? info.st_ino : 0;
}

void ScopedCgroup::Remove() { rmdir((mount_ + name_).c_str()); }

bool ScopedCgroup::Enter() const {
  const UniqueFd fd(open((mount_ + name_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  // 0 is who writes.
  return fd.valid() && write(fd.get(), "0", 1) == 1;
}

}  // namespace berthmaster
