// The tree itself, as git sees it in BERTHMASTER_SOURCE_DIR.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tests/tidy/rules.h"
#include "tests/tidy/source_tree.h"

namespace berthmaster::tidy {
namespace {

class Tidy : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("BERTHMASTER_SOURCE_DIR");
    ASSERT_NE(root, nullptr) << "set BERTHMASTER_SOURCE_DIR to the root of the tree, as ctest does";
    auto files = ReadSourceTree(root);
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
  }

  static void ExpectNone(const std::vector<Violation>& violations) {
    std::string list;
    for (const Violation& violation : violations) list += violation.ToString() + "\n";
    EXPECT_EQ(violations.size(), 0U) << list;
  }

  void ExpectNoneInEachFile(std::vector<Violation> (*check)(const SourceFile&)) const {
    std::vector<Violation> violations;
    for (const SourceFile& file : files_) {
      for (Violation& violation : check(file)) violations.push_back(std::move(violation));
    }
    ExpectNone(violations);
  }

  std::vector<SourceFile> files_;
};

TEST_F(Tidy, IncludesPointDownAndStayInTheirRooms) { ExpectNoneInEachFile(CheckIncludes); }

TEST_F(Tidy, NothingIsWrittenThatHasAReplacement) { ExpectNoneInEachFile(CheckBannedText); }

TEST_F(Tidy, FilesAreShortAndNamedAfterWhatTheyHold) { ExpectNoneInEachFile(CheckShape); }

TEST_F(Tidy, EachFolderExplainsItself) { ExpectNone(CheckReadmes(files_)); }

TEST_F(Tidy, ReadsTheWholeTree) {
  for (const char* path : {"tests/tidy/tidy_test.cc", "common/clock/clock.h", "README.md", "dev"}) {
    const auto is_path = [path](const SourceFile& file) { return file.path == path; };
    EXPECT_TRUE(std::any_of(files_.begin(), files_.end(), is_path)) << path;
  }
}

}  // namespace
}  // namespace berthmaster::tidy
