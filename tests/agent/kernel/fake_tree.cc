#include "tests/agent/kernel/fake_tree.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

std::filesystem::path Place(const std::string& root, absl::string_view path) {
  std::filesystem::path place = absl::StrCat(root, "/", path);
  std::filesystem::create_directories(place.parent_path());
  return place;
}

}  // namespace

void FakeTree::AddFile(absl::string_view path, absl::string_view text) {
  std::ofstream(Place(directory_.path(), path), std::ios::binary) << std::string(text);
}

void FakeTree::AddDirectory(absl::string_view path) {
  std::filesystem::create_directories(Place(directory_.path(), path));
}

void FakeTree::AddLink(absl::string_view path, absl::string_view target) {
  std::filesystem::create_symlink(std::string(target), Place(directory_.path(), path));
}

void FakeTree::Remove(absl::string_view path) {
  std::filesystem::remove_all(Place(directory_.path(), path));
}

}  // namespace berthmaster
