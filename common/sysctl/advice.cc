#include "common/sysctl/advice.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/judge.h"
#include "common/sysctl/setting_name.h"
#include "common/sysctl/topic.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kSysctlSource = "Linux Documentation/networking/ip-sysctl";

const RetiredTunable* FindRetired(absl::string_view name) {
  const auto& retired = RetiredTunables();
  auto found = std::find_if(retired.begin(), retired.end(),
                            [name](const RetiredTunable& r) { return r.sysctl == name; });
  return found == retired.end() ? nullptr : &*found;
}

void JudgeRetired(Judgement& judgement, const RetiredTunable& retired) {
  absl::string_view text = judgement.value();
  const bool is_off = TakeSysctlInteger(text) == 0;
  const std::optional<Release>& kernel = judgement.context().kernel;
  const bool is_there = kernel.has_value() && *kernel < *ParseRelease(retired.removed_in_kernel);
  if (retired.sysctl == kTimeWaitRecycleSysctl) {
    if (is_off && is_there && !judgement.wants_ports()) return;
    judgement.Say("tw-recycle-gone", is_off ? AdviceSeverity::kWarning : AdviceSeverity::kError);
    return;
  }
  if (is_there) return;
  judgement.Say({.id = "retired",
                 .severity = AdviceSeverity::kError,
                 .reason = absl::StrCat("Gone since Linux ", retired.removed_in_kernel,
                                        ", so that the line fails: ", retired.reason, "."),
                 .instead = "Use the name it has now.",
                 .source = "the history of the kernel"});
}

// Bounds that hold for every integer of the catalogue.
void JudgeBounds(Judgement& judgement, int64_t number) {
  const Tunable& tunable = *judgement.tunable();
  if (number < tunable.kernel_min || number > tunable.kernel_max) {
    judgement.Say(
        {.id = "value-refused",
         .severity = AdviceSeverity::kError,
         .reason = absl::StrCat("The kernel takes ", tunable.kernel_min, " to ", tunable.kernel_max,
                                " and answers EINVAL to ", number, "."),
         .instead =
             absl::StrCat("A value from ", tunable.value_min, " to ", tunable.value_max, "."),
         .source = std::string(kSysctlSource)});
    return;
  }
  if (judgement.has_warning()) return;
  if (number >= tunable.value_min && number <= tunable.value_max) return;
  judgement.Say(
      {.id = "value-unusual",
       .severity = AdviceSeverity::kWarning,
       .reason = absl::StrCat("The kernel takes ", number, ", but sensible values are ",
                              tunable.value_min, " to ", tunable.value_max, ". ", tunable.effect),
       .instead = tunable.default_value.has_value()
                      ? absl::StrCat("The default is ", *tunable.default_value, ".")
                      : "The default, which the kernel works out from the memory of the "
                        "host.",
       .source = std::string(kSysctlSource)});
}

void JudgeInteger(Judgement& judgement) {
  absl::string_view text = judgement.value();
  const std::optional<int64_t> number = TakeSysctlInteger(text);
  if (!number.has_value()) {
    judgement.Say({.id = "value-invalid",
                   .severity = AdviceSeverity::kError,
                   .reason = absl::StrCat(QuotedValue(judgement.value()),
                                          " is not a whole number: the kernel refuses it."),
                   .instead = absl::StrCat("A number from ", judgement.tunable()->value_min, " to ",
                                           judgement.tunable()->value_max, ", without a unit."),
                   .source = "kernel/sysctl.c, proc_get_long()"});
    return;
  }
  JudgeRest(judgement, text);
  JudgeTimeWait(judgement, *number);
  JudgeQueues(judgement, *number);
  JudgeUnprivilegedStart(judgement, *number);
  if (judgement.name() == kAutobindReuseSysctl && *number == 1) {
    judgement.Say("autobind-reuse-half", AdviceSeverity::kWarning);
  }
  JudgeBounds(judgement, *number);
}

void JudgeValue(Judgement& judgement) {
  switch (judgement.tunable()->form) {
    case TunableForm::kInteger:
      return JudgeInteger(judgement);
    case TunableForm::kPortRange:
      return JudgePortRange(judgement);
    case TunableForm::kPortSet:
      return JudgeReservedPorts(judgement);
  }
}

}  // namespace

std::vector<Advice> JudgeSetting(absl::string_view setting, absl::string_view value,
                                 const AdviceContext& context) {
  const std::string dotted = DottedSysctlName(setting);
  const absl::string_view name = FindSettingName(setting).value_or(dotted);
  Judgement judgement(name, absl::StripAsciiWhitespace(value), context);
  if (FindTopic(name) != nullptr) {
    JudgeSocketOption(judgement);
    return judgement.Take();
  }
  if (const RetiredTunable* retired = FindRetired(name); retired != nullptr) {
    JudgeRetired(judgement, *retired);
    return judgement.Take();
  }
  JudgeReach(judgement);
  if (judgement.tunable() != nullptr) JudgeValue(judgement);
  return judgement.Take();
}

bool IsRefused(const std::vector<Advice>& advice) {
  return std::any_of(advice.begin(), advice.end(),
                     [](const Advice& a) { return a.severity == AdviceSeverity::kError; });
}

absl::string_view SeverityName(AdviceSeverity severity) {
  switch (severity) {
    case AdviceSeverity::kNote:
      return "note";
    case AdviceSeverity::kWarning:
      return "warning";
    case AdviceSeverity::kError:
      return "error";
  }
  return "note";
}

}  // namespace berthmaster
