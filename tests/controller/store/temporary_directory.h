#ifndef BERTHMASTER_TESTS_CONTROLLER_STORE_TEMPORARY_DIRECTORY_H_
#define BERTHMASTER_TESTS_CONTROLLER_STORE_TEMPORARY_DIRECTORY_H_

#include <filesystem>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A directory of its own that goes with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }
  // The path of `name` in it.
  std::string File(absl::string_view name) const;

 private:
  std::string path_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_STORE_TEMPORARY_DIRECTORY_H_
