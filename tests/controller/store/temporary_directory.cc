#include "tests/controller/store/temporary_directory.h"

#include <stdlib.h>

#include <system_error>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace berthmaster {

TemporaryDirectory::TemporaryDirectory() : path_(testing::TempDir() + "berthmaster-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::File(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

}  // namespace berthmaster
