#include "tests/tidy/source_tree.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace berthmaster::tidy {
namespace {

struct ClosePipe {
  void operator()(FILE* pipe) const { pclose(pipe); }
};

absl::StatusOr<std::string> RunGit(const std::string& root) {
  // safe.directory: in CI the tree may belong to another user than the one who tests.
  const std::string command =
      absl::StrCat("git -c safe.directory='*' -C '", root,
                   "' ls-files -z --cached --others --exclude-standard 2>&1");
  const std::unique_ptr<FILE, ClosePipe> pipe(popen(command.c_str(), "r"));
  if (pipe == nullptr) return absl::FailedPreconditionError("cannot run git: install git");
  std::string output;
  char buffer[4096];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), pipe.get())) > 0;) {
    output.append(buffer, size);
  }
  if (absl::StartsWith(output, "fatal:") || output.find('\0') == std::string::npos) {
    return absl::FailedPreconditionError(absl::StrCat(
        "git lists no files in '", root,
        "': set BERTHMASTER_SOURCE_DIR to a git checkout, as ctest does. It said: ", output));
  }
  return output;
}

bool IsOurs(absl::string_view path) {
  if (IsIn(path, "tests/testdata/") || IsIn(path, "tests/fuzz/corpus/")) return false;
  for (const char* suffix :
       {".cc", ".h", ".ts", ".tsx", ".proto", ".sh", ".md", ".cmake", ".txt"}) {
    if (absl::EndsWith(path, suffix)) return true;
  }
  return path == "dev";
}

}  // namespace

absl::StatusOr<std::vector<SourceFile>> ReadSourceTree(const std::string& root) {
  absl::StatusOr<std::string> paths = RunGit(root);
  if (!paths.ok()) return paths.status();
  std::vector<SourceFile> files;
  for (absl::string_view path : absl::StrSplit(*paths, '\0', absl::SkipEmpty())) {
    if (!IsOurs(path)) continue;
    std::ifstream stream(absl::StrCat(root, "/", path), std::ios::binary);
    if (!stream) continue;  // deleted, and not yet told to git
    files.push_back({std::string(path), {std::istreambuf_iterator<char>(stream), {}}});
  }
  return files;
}

}  // namespace berthmaster::tidy
