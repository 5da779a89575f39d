#include "common/sysctl/judge.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/sysctl/lesson.h"
#include "common/sysctl/value.h"

namespace berthmaster {

Judgement::Judgement(absl::string_view name, absl::string_view value, const AdviceContext& context)
    : name_(name), value_(value), tunable_(FindTunable(name)), context_(context) {}

std::optional<std::string> Judgement::InForce(absl::string_view sysctl) const {
  auto found = context_.values.find(std::string(sysctl));
  if (found != context_.values.end()) return found->second;
  const Tunable* tunable = FindTunable(sysctl);
  if (tunable == nullptr || !tunable->default_value.has_value()) return std::nullopt;
  return std::string(*tunable->default_value);
}

std::optional<int64_t> Judgement::IntegerOf(absl::string_view sysctl) const {
  std::optional<std::string> value = InForce(sysctl);
  if (!value.has_value()) return std::nullopt;
  absl::string_view text = *value;
  return TakeSysctlInteger(text);
}

std::optional<PortRange> Judgement::RangeInForce() const {
  absl::StatusOr<PortRange> range = ParsePortRange(*InForce(kPortRangeSysctl));
  if (!range.ok()) return std::nullopt;
  return *range;
}

PortSet Judgement::ReservedInForce() const {
  absl::StatusOr<PortSet> ports = ParsePortSet(*InForce(kReservedPortsSysctl));
  return ports.ok() ? *std::move(ports) : PortSet();
}

void Judgement::Say(absl::string_view lesson_id, AdviceSeverity severity, absl::string_view figures,
                    std::vector<std::string> related) {
  const Lesson* lesson = FindLesson(lesson_id);
  // A judge that names a lesson that is not there; tests/common/sysctl would say so.
  if (lesson == nullptr) std::abort();
  Say({.id = std::string(lesson->id),
       .severity = severity,
       .reason = absl::StrCat(figures, figures.empty() ? "" : " ", lesson->reason),
       .instead = std::string(lesson->instead),
       .source = std::string(lesson->source),
       .related = std::move(related)});
}

void Judgement::Say(Advice advice) { advice_.push_back(std::move(advice)); }

bool Judgement::has_warning() const {
  return std::any_of(advice_.begin(), advice_.end(), [](const Advice& advice) {
    return advice.severity >= AdviceSeverity::kWarning;
  });
}

std::vector<Advice> Judgement::Take() {
  std::stable_sort(advice_.begin(), advice_.end(),
                   [](const Advice& a, const Advice& b) { return a.severity > b.severity; });
  return std::exchange(advice_, {});
}

void JudgeRest(Judgement& judgement, absl::string_view rest) {
  rest = absl::StripAsciiWhitespace(rest);
  if (rest.empty()) return;
  judgement.Say({.id = "value-rest-ignored",
                 .severity = AdviceSeverity::kWarning,
                 .reason = absl::StrCat("The kernel stops reading at ", QuotedValue(rest),
                                        ": a comment after a value is a part of the value."),
                 .instead = "The number alone; a comment on a line of its own.",
                 .source = "kernel/sysctl.c, do_proc_dointvec()"});
}

std::string QuotedValue(absl::string_view value) {
  constexpr size_t kShownBytesMax = 80;
  const bool is_cut = value.size() > kShownBytesMax;
  return absl::StrCat("'", absl::Utf8SafeCEscape(value.substr(0, kShownBytesMax)),
                      is_cut ? "...'" : "'");
}

}  // namespace berthmaster
