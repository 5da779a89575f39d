#ifndef BERTHMASTER_TESTS_KERNEL_SCOPED_CGROUP_H_
#define BERTHMASTER_TESTS_KERNEL_SCOPED_CGROUP_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A cgroup of v2 of the test's own, removed with the object. Processes in it have to end before.
class ScopedCgroup {
 public:
  // `suffix` tells several of one test apart.
  explicit ScopedCgroup(absl::string_view suffix = "");
  ~ScopedCgroup() { Remove(); }
  ScopedCgroup(const ScopedCgroup&) = delete;
  ScopedCgroup& operator=(const ScopedCgroup&) = delete;

  // Whether it could be made: skip the test otherwise, see kNeedsCgroup.
  bool is_there() const { return !mount_.empty(); }
  // Below the mount.
  const std::string& name() const { return name_; }
  // 0 when it is gone.
  uint64_t id() const;
  void Remove();
  // Moves the calling process there; false when that fails.
  bool Enter() const;

 private:
  std::string mount_;
  std::string name_;
};

inline constexpr char kNeedsCgroup[] = "a cgroup of v2 takes root and a writable mount of it";

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_SCOPED_CGROUP_H_
