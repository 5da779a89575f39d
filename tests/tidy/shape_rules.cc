#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/tidy/rules.h"

namespace berthmaster::tidy {
namespace {

constexpr int kFileLinesMax = 500;   // a healthy file has 150; past this nobody reads it whole
constexpr int kReadmeLinesMax = 40;  // one screen

// The tests of a folder stand in a folder of the same name; tests/README.md speaks for all of
// these.
const std::vector<std::string>& MirrorFolders() {
  static const auto* const kFolders = new std::vector<std::string>{
      "tests/common/", "tests/agent/", "tests/controller/", "tests/cli/"};
  return *kFolders;
}

int CountLines(absl::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

// "rolloutManager_test.cc" -> rollout, manager, test, cc
std::set<std::string> WordsOf(absl::string_view name) {
  std::set<std::string> words;
  std::string word;
  bool was_lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool splits = !absl::ascii_isalnum(byte) || (absl::ascii_isupper(byte) && was_lower);
    if (splits && !word.empty()) words.insert(std::exchange(word, ""));
    if (absl::ascii_isalnum(byte)) word.push_back(static_cast<char>(absl::ascii_tolower(byte)));
    was_lower = absl::ascii_islower(byte);
  }
  words.insert(word);
  return words;
}

bool NeedsReadme(const SourceFile& file) {
  if (Folder(file.path).empty()) return false;
  return (IsCpp(file.path) || IsTypeScript(file.path) || absl::EndsWith(file.path, ".sh")) &&
         !IsInAny(file.path, MirrorFolders());
}

}  // namespace

std::vector<Violation> CheckShape(const SourceFile& file) {
  std::vector<Violation> violations;
  if (!IsCpp(file.path) && !IsTypeScript(file.path)) return violations;
  const int lines = CountLines(file.text);
  if (lines > kFileLinesMax) {
    violations.push_back(
        {file.path, kFileLinesMax + 1, "file-length",
         absl::StrCat(lines, " lines, at most ", kFileLinesMax, ": split it along its seams")});
  }
  const std::set<std::string> words = WordsOf(FileName(file.path));
  for (const char* vague : {"util", "utils", "helper", "helpers", "manager"}) {
    if (!words.contains(vague)) continue;
    violations.push_back({file.path, 1, "file-name",
                          absl::StrCat("'", vague, "' says nothing: name it after what it holds")});
  }
  return violations;
}

std::vector<Violation> CheckReadmes(const std::vector<SourceFile>& files) {
  std::map<std::string, int> readme_lines;
  std::set<std::string> folders;
  for (const SourceFile& file : files) {
    const std::string folder(Folder(file.path));
    if (FileName(file.path) == "README.md") readme_lines[folder] = CountLines(file.text);
    if (NeedsReadme(file)) folders.insert(folder);
  }
  std::vector<Violation> violations;
  for (const std::string& folder : folders) {
    const std::string path = absl::StrCat(folder, "/README.md");
    const auto readme = readme_lines.find(folder);
    if (readme == readme_lines.end()) {
      violations.push_back({path, 1, "readme",
                            "missing: say what the folder is for, its files, its invariants, and "
                            "'to add a ... do ...'"});
    } else if (readme->second > kReadmeLinesMax) {
      violations.push_back({path, kReadmeLinesMax + 1, "readme",
                            absl::StrCat(readme->second, " lines, at most ", kReadmeLinesMax,
                                         ": keep what a newcomer needs first")});
    }
  }
  return violations;
}

}  // namespace berthmaster::tidy
