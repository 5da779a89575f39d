#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/tidy/rules.h"

namespace berthmaster::tidy {
namespace {

enum class Where { kCode, kHeaderCode, kColumnZero, kLiterals, kLiteralStarts, kAnyText };

struct BannedText {
  std::string name;
  Where where;
  std::vector<std::string> words;
  std::vector<std::string> rooms;       // folders where the words are at home
  std::vector<std::string> file_names;  // files of any folder where they are at home
  std::string remedy;
};

// Tests that drive real kernels, processes and networks live in real time.
std::vector<std::string> WithLiveTests(std::vector<std::string> rooms) {
  for (const char* folder : {"tests/bench/", "tests/circle/", "tests/fleet/", "tests/fuzz/",
                             "tests/integration/", "tests/kernel/", "tests/process/"}) {
    rooms.emplace_back(folder);
  }
  return rooms;
}

const std::vector<BannedText>& BannedTexts() {
  static const auto* const kBans = new std::vector<BannedText>{
      {"clock",
       Where::kCode,
       {"system_clock::now", "steady_clock::now", "high_resolution_clock::now", "absl::Now",
        "absl::GetCurrentTimeNanos", "time(nullptr)", "time(NULL)", "time(0)", "gettimeofday",
        "clock_gettime"},
       WithLiveTests({"common/clock/"}),
       {},
       "take a Clock (common/clock) from Dependencies; in tests a FakeClock"},
      {"randomness",
       Where::kCode,
       {"rand(", "srand(", "random_device", "absl::BitGen", "getrandom", "arc4random"},
       WithLiveTests({"common/clock/"}),
       {},
       "take a Random (common/clock) from Dependencies; in tests a FakeRandom"},
      // In a test its seed stands beside it.
      {"randomness",
       Where::kCode,
       {"mt19937", "mt19937_64"},
       {"common/clock/", "tests/"},
       {},
       "take a Random (common/clock) from Dependencies"},
      {"sleep",
       Where::kCode,
       {"sleep_for", "sleep_until", "absl::SleepFor", "usleep", "nanosleep"},
       WithLiveTests({}),
       {},
       "wait on a condition or a timer that a stop can interrupt; in tests move a FakeClock"},
      {"detach",
       Where::kCode,
       {"detach()"},
       {},
       {},
       "keep the thread as a member and join it: std::jthread"},
      {"std-string-view",
       Where::kHeaderCode,
       {"std::string_view"},
       {},
       {},
       "absl::string_view; Debian's Abseil does not take the other"},
      {"using-namespace",
       Where::kColumnZero,
       {"using namespace"},
       {},
       {},
       "name what you use: using other::Name, inside the namespace or the function"},
      {"stdout",
       Where::kCode,
       {"std::cout", "printf(", "puts("},
       {"cli/", "tests/"},
       {"main.cc", "sample_command.cc"},
       "log with common/log; only the cli, main.cc and sample_command.cc print"},
      {"proc-and-sys",
       Where::kLiterals,
       {"/proc", "/sys"},
       {"agent/kernel/", "tests/"},
       {},
       "procfs and sysfs are read in agent/kernel only: use its interfaces"},
      {"sql",
       Where::kLiteralStarts,
       {"SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ",
        "PRAGMA "},
       {"controller/store/sqlite/", "tests/"},
       {},
       "SQL lives in controller/store/sqlite: add a method to the store's interface"},
      {"unfinished",
       Where::kAnyText,
       {"TO"
        "DO",
        "FIX"
        "ME",
        "XX"
        "X"},
       {},
       {},
       "finish it, or open an issue and say in a sentence what is not there"},
  };
  return *kBans;
}

bool IsAtHome(const BannedText& ban, absl::string_view path) {
  if (IsInAny(path, ban.rooms)) return true;
  for (const std::string& name : ban.file_names) {
    if (FileName(path) == name) return true;
  }
  return false;
}

bool HasWord(const BannedText& ban, const std::string& word, const CodeLine& line, bool is_header) {
  switch (ban.where) {
    case Where::kCode:
      return FindWord(line.code, word) != absl::string_view::npos;
    case Where::kHeaderCode:
      return is_header && FindWord(line.code, word) != absl::string_view::npos;
    case Where::kColumnZero: {
      const size_t at = FindWord(line.code, word);
      return is_header ? at != absl::string_view::npos : at == 0;
    }
    case Where::kLiterals:
      for (const std::string& literal : line.literals) {
        if (FindWord(literal, word) != absl::string_view::npos) return true;
      }
      return false;
    case Where::kLiteralStarts:
      for (const std::string& literal : line.literals) {
        if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(literal), word)) return true;
      }
      return false;
    case Where::kAnyText:
      return false;
  }
  return false;
}

void CheckLine(const BannedText& ban, const SourceFile& file, const CodeLine& line,
               std::vector<Violation>& violations) {
  for (const std::string& word : ban.words) {
    if (!HasWord(ban, word, line, absl::EndsWith(file.path, ".h"))) continue;
    violations.push_back(
        {file.path, line.number, ban.name, absl::StrCat("'", word, "': ", ban.remedy)});
    return;  // one word of a row is enough for one line
  }
}

void CheckAnyText(const BannedText& ban, const SourceFile& file,
                  std::vector<Violation>& violations) {
  int number = 0;
  for (absl::string_view line : absl::StrSplit(file.text, '\n')) {
    ++number;
    for (const std::string& word : ban.words) {
      if (FindWord(line, word) == absl::string_view::npos) continue;
      violations.push_back(
          {file.path, number, ban.name, absl::StrCat("'", word, "': ", ban.remedy)});
    }
  }
}

}  // namespace

std::vector<Violation> CheckBannedText(const SourceFile& file) {
  std::vector<Violation> violations;
  const std::vector<CodeLine> lines =
      IsCpp(file.path) ? SplitCode(file.text) : std::vector<CodeLine>();
  for (const BannedText& ban : BannedTexts()) {
    if (IsAtHome(ban, file.path)) continue;
    if (ban.where == Where::kAnyText) {
      if (!absl::EndsWith(file.path, ".md")) CheckAnyText(ban, file, violations);
      continue;
    }
    for (const CodeLine& line : lines) CheckLine(ban, file, line, violations);
  }
  return violations;
}

}  // namespace berthmaster::tidy
