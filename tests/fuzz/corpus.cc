#include "tests/fuzz/corpus.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

std::vector<std::filesystem::path> FilesOf(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    files.push_back(entry->path());
  }
  EXPECT_FALSE(error) << folder << ": " << error.message()
                      << "; the corpus is a part of the tree, check it out";
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

void RunCorpus(absl::string_view name, FuzzTarget fuzz) {
  const char* source = std::getenv("BERTHMASTER_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "set BERTHMASTER_SOURCE_DIR to the root of the tree, as ctest does";
  const std::filesystem::path folder =
      std::filesystem::path(source) / "tests/fuzz/corpus" / std::string(name);
  const std::vector<std::filesystem::path> files = FilesOf(folder);
  ASSERT_FALSE(files.empty()) << folder << " holds no file: './dev fuzz " << name << "' makes some";
  for (const std::filesystem::path& file : files) {
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    ASSERT_FALSE(!stream.is_open() || stream.bad()) << "cannot read " << file;
    fuzz(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
}

}  // namespace berthmaster
