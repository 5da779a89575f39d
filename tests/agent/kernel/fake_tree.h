#ifndef BERTHMASTER_TESTS_AGENT_KERNEL_FAKE_TREE_H_
#define BERTHMASTER_TESTS_AGENT_KERNEL_FAKE_TREE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {

// A tree of files that stands for /proc or /var/log/pods, removed with the object. Paths are below
// it; what is missing above them is made. Aborts when something cannot be made.
class FakeTree {
 public:
  std::string path() const { return directory_.path(); }

  void AddFile(absl::string_view path, absl::string_view text);
  void AddDirectory(absl::string_view path);
  void AddLink(absl::string_view path, absl::string_view target);
  void Remove(absl::string_view path);

 private:
  TempDirectory directory_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_KERNEL_FAKE_TREE_H_
