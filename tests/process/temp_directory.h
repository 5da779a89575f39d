#ifndef BERTHMASTER_TESTS_PROCESS_TEMP_DIRECTORY_H_
#define BERTHMASTER_TESTS_PROCESS_TEMP_DIRECTORY_H_

#include <string>

namespace berthmaster {

// A fresh directory under TMPDIR that is removed with all it holds when the object goes.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_PROCESS_TEMP_DIRECTORY_H_
