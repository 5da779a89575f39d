#include "agent/kernel/cgroup_ids.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <climits>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "agent/kernel/clean_text.h"

namespace berthmaster {
namespace {

// enum fid_type of include/linux/exportfs.h, not in a header for user space.
constexpr int kFileIdKernfs = 0xfe;

bool IsCgroup2(const char* path) {
  struct statfs file_system;
  return statfs(path, &file_system) == 0 && file_system.f_type == CGROUP2_SUPER_MAGIC;
}

std::string FindMount() {
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (IsCgroup2(path)) return path;
  }
  return "";
}

}  // namespace

CgroupIds::CgroupIds() : CgroupIds(FindMount()) {}

CgroupIds::CgroupIds(const std::string& mount_point) : mount_point_(mount_point) {
  if (mount_point.empty()) return;
  mount_ = UniqueFd(open(mount_point.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::string CgroupIds::PathOf(uint64_t cgroup_id) {
  if (!mount_.valid() || cgroup_id == 0) return "";
  auto known = known_.find(cgroup_id);
  if (known != known_.end()) return known->second;
  std::string path = ReadPath(cgroup_id);
  if (path.empty()) return path;
  if (known_.size() >= kCgroupPathsMax) known_.clear();
  known_[cgroup_id] = path;
  return path;
}

std::string CgroupIds::ReadPath(uint64_t cgroup_id) const {
  union {
    file_handle handle;
    char room[sizeof(file_handle) + sizeof(cgroup_id)];
  } named{};
  named.handle.handle_bytes = sizeof(cgroup_id);
  named.handle.handle_type = kFileIdKernfs;
  std::memcpy(named.room + sizeof(file_handle), &cgroup_id, sizeof(cgroup_id));
  UniqueFd fd(open_by_handle_at(mount_.get(), &named.handle, O_PATH | O_CLOEXEC));
  if (!fd.valid()) return "";
  char link[PATH_MAX];
  const ssize_t size =
      readlink(absl::StrCat("/proc/self/fd/", fd.get()).c_str(), link, sizeof(link));
  if (size <= 0) return "";
  absl::string_view path(link, static_cast<size_t>(size));
  if (path == mount_point_) return "/";
  if (!absl::ConsumePrefix(&path, mount_point_) || path.empty() || path[0] != '/') return "";
  return CleanText(path, PATH_MAX);
}

}  // namespace berthmaster
