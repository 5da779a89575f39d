#include "tests/tidy/source_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace berthmaster::tidy {
namespace {

bool IsIdentifier(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Walks through the text once; every method consumes what it names.
class Splitter {
 public:
  explicit Splitter(absl::string_view text) : text_(text) { StartLine(); }

  std::vector<CodeLine> Split() {
    while (!AtEnd()) {
      if (At("//")) {
        SkipTo("\n", 0);
      } else if (At("/*")) {
        SkipTo("*/", 2);
      } else if (AtRawString()) {
        TakeRawString();
      } else if (At("\"")) {
        TakeString();
      } else if (At("'") && !AfterIdentifier()) {
        TakeCharacter();
      } else {
        TakeCode();
      }
    }
    return std::move(lines_);
  }

 private:
  bool AtEnd() const { return position_ >= text_.size(); }
  bool At(absl::string_view token) const {
    return absl::StartsWith(text_.substr(position_), token);
  }
  // 1'000 and u8'x': only the first has a digit before the quote, and no identifier is followed by
  // a character.
  bool AfterIdentifier() const { return position_ > 0 && IsIdentifier(text_[position_ - 1]); }
  bool AtRawString() const { return At("R\"") && !AfterIdentifier(); }

  void StartLine() { lines_.push_back(CodeLine{static_cast<int>(lines_.size()) + 1, "", {}}); }

  char Next() {
    const char c = text_[position_++];
    if (c == '\n') StartLine();
    return c;
  }

  void TakeCode() {
    CodeLine& line = lines_.back();
    const char c = Next();
    if (c != '\n') line.code.push_back(c);
  }

  void SkipTo(absl::string_view end, size_t consumed) {
    while (!AtEnd() && !At(end)) Next();
    for (size_t i = 0; i < consumed && !AtEnd(); ++i) Next();
  }

  void TakeString() {
    const size_t first_line = lines_.size() - 1;
    std::string literal;
    Next();
    while (!AtEnd() && !At("\"") && !At("\n")) {
      if (At("\\")) literal.push_back(Next());
      if (!AtEnd()) literal.push_back(Next());
    }
    if (At("\"")) Next();
    AddLiteral(first_line, std::move(literal));
  }

  void TakeRawString() {
    const size_t first_line = lines_.size() - 1;
    position_ += 2;
    std::string end = ")";
    while (!AtEnd() && !At("(")) end.push_back(Next());
    end.push_back('"');
    std::string literal;
    if (!AtEnd()) Next();
    while (!AtEnd() && !At(end)) literal.push_back(Next());
    for (size_t i = 0; i < end.size() && !AtEnd(); ++i) Next();
    AddLiteral(first_line, std::move(literal));
  }

  void TakeCharacter() {
    Next();
    while (!AtEnd() && !At("'") && !At("\n")) {
      if (At("\\")) Next();
      if (!AtEnd()) Next();
    }
    if (At("'")) Next();
    lines_.back().code.append("''");
  }

  void AddLiteral(size_t first_line, std::string literal) {
    lines_[first_line].code.append("\"\"");
    lines_[first_line].literals.push_back(std::move(literal));
  }

  absl::string_view text_;
  size_t position_ = 0;
  std::vector<CodeLine> lines_;
};

}  // namespace

std::vector<CodeLine> SplitCode(absl::string_view text) { return Splitter(text).Split(); }

std::string Violation::ToString() const {
  return absl::StrCat(path, ":", line, ": [", rule, "] ", remedy);
}

bool IsIn(absl::string_view path, absl::string_view folder) {
  return absl::StartsWith(path, folder);
}

bool IsInAny(absl::string_view path, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (IsIn(path, folder)) return true;
  }
  return false;
}

absl::string_view FileName(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

absl::string_view Folder(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? absl::string_view() : path.substr(0, slash);
}

bool IsCpp(absl::string_view path) {
  return absl::EndsWith(path, ".cc") || absl::EndsWith(path, ".h");
}

bool IsTypeScript(absl::string_view path) {
  return absl::EndsWith(path, ".ts") || absl::EndsWith(path, ".tsx");
}

size_t FindWord(absl::string_view line, absl::string_view word) {
  for (size_t at = line.find(word); at != absl::string_view::npos; at = line.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool starts = at == 0 || !IsIdentifier(word.front()) || !IsIdentifier(line[at - 1]);
    const bool ends = end == line.size() || !IsIdentifier(word.back()) || !IsIdentifier(line[end]);
    if (starts && ends) return at;
  }
  return absl::string_view::npos;
}

}  // namespace berthmaster::tidy
