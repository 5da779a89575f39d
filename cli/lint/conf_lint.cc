#include "cli/lint/conf_lint.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/lint/glob.h"
#include "cli/lint/sysctl_conf.h"
#include "common/net/port_range.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/lesson.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

// Each is compared with every name of the catalogue.
constexpr size_t kGlobsMax = 1000;

struct Entry {
  size_t source = 0;
  ConfLine line;

  SettingPlace place() const { return {.source = source, .line = line.line}; }
};

// What holds once all lines are written.
struct Winner {
  std::string name;
  // Its index among the entries, which is the order of writing.
  size_t entry = 0;
};

std::string QuotedShort(const std::string& value) {
  constexpr size_t kShownBytesMax = 80;
  return absl::StrCat("'", value.substr(0, kShownBytesMax), "'");
}

class ConfJudge {
 public:
  ConfJudge(const std::vector<LintSource>& sources, const LintOptions& options, Findings& findings)
      : sources_(sources), options_(options), findings_(findings) {}

  void Read(size_t source) {
    SysctlConf conf = ParseSysctlConf(sources_[source].content);
    for (const ConfProblem& problem : conf.problems) {
      findings_.AddSyntax({.source = source, .line = problem.line}, AdviceSeverity::kError,
                          "syntax", problem.what, "NAME = VALUE");
    }
    for (ConfLine& line : conf.lines) entries_.push_back({source, std::move(line)});
  }

  int Judge() {
    FindWinners();
    for (const Winner& winner : winners_) JudgeWinner(winner);
    CheckWriteOrder();
    return static_cast<int>(entries_.size());
  }

 private:
  void FindWinners() {
    std::map<std::string, size_t> last;
    std::vector<size_t> globs;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const ConfLine& line = entries_[i].line;
      if (IsGlob(line.name)) {
        if (!line.is_exclusion && globs.size() < kGlobsMax) globs.push_back(i);
        continue;
      }
      auto [it, is_first] = last.try_emplace(line.name, i);
      if (is_first) continue;
      SayOverridden(it->second, i);
      it->second = i;
    }
    // A name with a line of its own, be it "-name", is set by no glob, wherever that stands.
    for (const Tunable& tunable : Tunables()) {
      if (last.contains(std::string(tunable.sysctl))) continue;
      for (size_t glob : globs) {
        if (MatchesGlob(entries_[glob].line.name, tunable.sysctl)) {
          last[std::string(tunable.sysctl)] = glob;
        }
      }
    }
    for (const auto& [name, entry] : last) {
      if (entries_[entry].line.is_exclusion) continue;
      winners_.push_back({name, entry});
      effective_[name] = {entries_[entry].line.value, entries_[entry].place()};
    }
    std::stable_sort(winners_.begin(), winners_.end(),
                     [](const Winner& a, const Winner& b) { return a.entry < b.entry; });
    values_ = ValuesOf(effective_);
  }

  void SayOverridden(size_t before, size_t after) {
    const Entry& lost = entries_[before];
    const Entry& wins = entries_[after];
    if (lost.line.is_exclusion || wins.line.is_exclusion) return;
    const std::string where = absl::StrCat(sources_[wins.source].name, ":", wins.line.line);
    const bool is_same =
        NormalizeSysctlValue(lost.line.value) == NormalizeSysctlValue(wins.line.value);
    if (lost.line.name == kReservedPortsSysctl && !is_same) {
      const Lesson& lesson = *FindLesson("reserved-ports-replaced");
      findings_.Add(lost.place(), lost.line.name, lost.line.value,
                    {.id = std::string(lesson.id),
                     .severity = AdviceSeverity::kWarning,
                     .reason = absl::StrCat(where, " wins. ", lesson.reason),
                     .instead = std::string(lesson.instead),
                     .source = std::string(lesson.source)});
      return;
    }
    const bool is_same_file = lost.source == wins.source;
    findings_.Add(
        lost.place(), lost.line.name, lost.line.value,
        {.id = "overridden",
         .severity = is_same_file && !is_same ? AdviceSeverity::kWarning : AdviceSeverity::kNote,
         .reason = absl::StrCat("The last line wins: ", where, " sets ",
                                QuotedShort(wins.line.value), "."),
         .instead = "One line for each name.",
         .source = "sysctl.d(5)"});
  }

  void JudgeWinner(const Winner& winner) {
    const Entry& entry = entries_[winner.entry];
    const std::string& value = entry.line.value;
    if (AddWrongName(entry.place(), winner.name, value, findings_)) return;
    const AdviceContext context{.kernel = options_.kernel, .values = values_};
    for (Advice& advice : JudgeSetting(winner.name, value, context)) {
      if (entry.line.may_fail && IsAboutMissing(advice.id) &&
          advice.severity == AdviceSeverity::kError) {
        advice.severity = AdviceSeverity::kWarning;
      }
      std::vector<LintRelated> related = RelatedOf(advice, effective_, sources_);
      findings_.Add(entry.place(), winner.name, value, std::move(advice), std::move(related));
    }
  }

  // What a '-' before the line forgives.
  static bool IsAboutMissing(absl::string_view id) {
    return id == "tw-recycle-gone" || id == "retired" || id == "not-in-this-kernel" ||
           id == "no-such-sysctl";
  }

  // The kernel compares the range and ip_unprivileged_port_start at each write, with what is in
  // force then; from the defaults on, the order of the lines decides.
  void CheckWriteOrder() {
    int64_t low = 32768;
    int64_t start = 1024;
    const Winner* refused = nullptr;
    for (const Winner& winner : winners_) {
      const std::string& value = entries_[winner.entry].line.value;
      absl::string_view text = value;
      const std::optional<int64_t> number = TakeSysctlInteger(text);
      if (!number.has_value()) continue;
      if (winner.name == kPortRangeSysctl) {
        low = *number;
      } else if (winner.name == kUnprivilegedPortStartSysctl) {
        start = *number;
      } else {
        continue;
      }
      if (low < start) refused = &winner;
    }
    // Where the two never agree, each is judged for that already.
    if (refused == nullptr || low < start) return;
    const Entry& entry = entries_[refused->entry];
    findings_.Add(entry.place(), refused->name, entry.line.value,
                  {.id = "write-order",
                   .severity = AdviceSeverity::kError,
                   .reason = "When this line is written the other of ip_local_port_range and "
                             "ip_unprivileged_port_start still has its default, and the kernel "
                             "answers EINVAL.",
                   .instead = "Swap the two lines.",
                   .source = "net/ipv4/sysctl_net_ipv4.c, ipv4_local_port_range()"});
  }

  const std::vector<LintSource>& sources_;
  const LintOptions& options_;
  Findings& findings_;
  std::vector<Entry> entries_;
  std::vector<Winner> winners_;
  EffectiveSettings effective_;
  std::map<std::string, std::string> values_;
};

}  // namespace

int LintConf(const std::vector<LintSource>& sources, const LintOptions& options,
             Findings& findings) {
  ConfJudge judge(sources, options, findings);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (!sources[i].is_manifest && sources[i].hidden_by.empty()) judge.Read(i);
  }
  return judge.Judge();
}

}  // namespace berthmaster
