#include "tests/process/temp_directory.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

namespace berthmaster {

TempDirectory::TempDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "berthmaster-test-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace berthmaster
