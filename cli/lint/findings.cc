#include "cli/lint/findings.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/setting_name.h"
#include "common/sysctl/topic.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kAllow = "berthctl lint: allow ";
// Names and values of a hostile file, in a report.
constexpr size_t kNameBytesMax = 128;
constexpr size_t kValueBytesMax = 256;

bool Allows(absl::string_view line, absl::string_view id) {
  const size_t at = line.find(kAllow);
  if (at == absl::string_view::npos || line.find('#') > at) return false;
  for (absl::string_view word :
       absl::StrSplit(line.substr(at + kAllow.size()), absl::ByAnyChar(", \t\r"))) {
    if (word == id) return true;
  }
  return false;
}

}  // namespace

Findings::Findings(const std::vector<LintSource>& sources) : sources_(sources) {
  for (const LintSource& source : sources) lines_.push_back(absl::StrSplit(source.content, '\n'));
}

bool Findings::IsAllowed(const SettingPlace& place, absl::string_view id) const {
  const std::vector<absl::string_view>& lines = lines_[place.source];
  for (int line : {place.line, place.line - 1}) {
    if (line < 1 || static_cast<size_t>(line) > lines.size()) continue;
    if (Allows(lines[static_cast<size_t>(line) - 1], id)) return true;
  }
  return false;
}

void Findings::Add(const SettingPlace& place, absl::string_view setting, absl::string_view value,
                   Advice advice, std::vector<LintRelated> related) {
  if (IsAllowed(place, advice.id)) {
    ++allowed_count_;
    return;
  }
  found_.push_back({place.source,
                    {.file = sources_[place.source].name,
                     .line = place.line,
                     .object = place.object,
                     .setting = std::string(setting.substr(0, kNameBytesMax)),
                     .value = std::string(value.substr(0, kValueBytesMax)),
                     .advice = std::move(advice),
                     .related = std::move(related)}});
}

void Findings::AddSyntax(const SettingPlace& place, AdviceSeverity severity, absl::string_view id,
                         absl::string_view reason, absl::string_view instead) {
  Add(place, "", "",
      {.id = std::string(id),
       .severity = severity,
       .reason = std::string(reason),
       .instead = std::string(instead),
       .source = sources_[place.source].is_manifest ? "the API of Kubernetes" : "sysctl.d(5)"});
}

LintReport Findings::Take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tie(a.source, a.finding.line) < std::tie(b.source, b.finding.line);
  });
  LintReport report;
  for (Found& found : found_) report.findings.push_back(std::move(found.finding));
  found_.clear();
  report.allowed_count = allowed_count_;
  return report;
}

std::map<std::string, std::string> ValuesOf(const EffectiveSettings& settings) {
  std::map<std::string, std::string> values;
  for (const auto& [name, setting] : settings) values[name] = setting.value;
  return values;
}

std::vector<LintRelated> RelatedOf(const Advice& advice, const EffectiveSettings& settings,
                                   const std::vector<LintSource>& sources) {
  std::vector<LintRelated> related;
  for (const std::string& name : advice.related) {
    if (auto found = settings.find(name); found != settings.end()) {
      const SettingPlace& place = found->second.place;
      related.push_back({name, found->second.value.substr(0, kValueBytesMax),
                         sources[place.source].name, place.line});
    } else if (const Tunable* tunable = FindTunable(name);
               tunable != nullptr && tunable->default_value.has_value()) {
      related.push_back({name, std::string(*tunable->default_value), "", 0});
    }
  }
  return related;
}

bool AddWrongName(const SettingPlace& place, absl::string_view name, absl::string_view value,
                  Findings& findings) {
  const std::optional<absl::string_view> known = FindSettingName(name);
  if (!known.has_value()) return false;
  const bool is_topic = FindTopic(*known) != nullptr;
  // The kernel has this number under two names.
  if (!is_topic && (*known == name || name == "net.nf_conntrack_max")) return false;
  findings.Add(place, name, value,
               {.id = "no-such-sysctl",
                .severity = AdviceSeverity::kError,
                .reason = is_topic ? absl::StrCat(*known,
                                                  " is no sysctl: an application sets it "
                                                  "for its sockets, or not at all.")
                                   : "There is no sysctl of this name: it must be written in full, "
                                     "in small letters.",
                .instead = is_topic ? "Take the line out." : std::string(*known),
                .source = "sysctl(8)"});
  return true;
}

}  // namespace berthmaster
