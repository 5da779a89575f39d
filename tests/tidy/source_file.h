#ifndef BERTHMASTER_TESTS_TIDY_SOURCE_FILE_H_
#define BERTHMASTER_TESTS_TIDY_SOURCE_FILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster::tidy {

// A file of the tree.
struct SourceFile {
  std::string path;  // relative to the root, with slashes
  std::string text;
};

// One line of a C++ file, taken apart.
struct CodeLine {
  int number = 0;    // from 1
  std::string code;  // without comments; each literal is left as an empty pair of quotes
  std::vector<std::string> literals;  // the inside of the string literals that begin in this line
};

// Takes a C++ file apart. Knows comments, escapes, raw strings and digit separators; not the
// preprocessor.
std::vector<CodeLine> SplitCode(absl::string_view text);

// What breaks a rule of the house.
struct Violation {
  std::string path;
  int line = 0;
  std::string rule;
  std::string remedy;

  // "agent/collect/pools.cc:12: [clock] 'absl::Now': take a Clock ..."
  std::string ToString() const;
};

// Whether path lies in the folder, which ends with a slash: "agent/link/".
bool IsIn(absl::string_view path, absl::string_view folder);
bool IsInAny(absl::string_view path, const std::vector<std::string>& folders);

// Of "agent/link/spool.cc": "spool.cc" and "agent/link" ("" for a file in the root).
absl::string_view FileName(absl::string_view path);
absl::string_view Folder(absl::string_view path);

bool IsCpp(absl::string_view path);
bool IsTypeScript(absl::string_view path);

// Position of `word` in `line` where it is not a part of a longer identifier, or npos.
size_t FindWord(absl::string_view line, absl::string_view word);

}  // namespace berthmaster::tidy

#endif  // BERTHMASTER_TESTS_TIDY_SOURCE_FILE_H_
