#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/sysctl/judge.h"
#include "common/sysctl/topic.h"

namespace berthmaster {
namespace {

// The whole numbers in `text`, whatever stands between them: "{1, 0}".
std::vector<int64_t> NumbersIn(absl::string_view text) {
  std::vector<int64_t> numbers;
  for (absl::string_view word : absl::StrSplit(text, absl::ByAnyChar("{}(), \t=;"))) {
    int64_t number = 0;
    if (absl::SimpleAtoi(word, &number)) numbers.push_back(number);
  }
  return numbers;
}

void JudgeLinger(Judgement& judgement) {
  const std::vector<int64_t> numbers = NumbersIn(judgement.value());
  if (numbers.empty()) return;
  const bool is_off = numbers.size() > 1 && numbers.front() == 0;
  if (is_off) return;
  if (numbers.back() == 0) {
    judgement.Say("linger-zero", AdviceSeverity::kError);
  } else {
    judgement.Say("linger-waits", judgement.ErrorIfWantsPorts(AdviceSeverity::kNote));
  }
}

bool IsOff(absl::string_view value) {
  const std::string text = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  return text == "0" || text == "off" || text == "false" || text == "no";
}

}  // namespace

void JudgeSocketOption(Judgement& judgement) {
  const absl::string_view name = judgement.name();
  if (name == kLingerTopic) return JudgeLinger(judgement);
  if (IsOff(judgement.value())) return;
  if (name == kReuseAddressTopic) {
    judgement.Say("reuse-address-not-connect", judgement.ErrorIfWantsPorts(AdviceSeverity::kNote));
  } else if (name == kReusePortTopic) {
    if (judgement.wants_ports()) {
      judgement.Say("reuse-port-not-clients", AdviceSeverity::kError);
    } else {
      judgement.Say("reuse-port-hides-twins", AdviceSeverity::kNote);
    }
  } else if (name == kBindNoPortTopic) {
    judgement.Say("bind-no-port-right", AdviceSeverity::kNote);
  } else if (name == kSocketPortRangeTopic) {
    judgement.Say("socket-range-inside", AdviceSeverity::kNote);
  } else if (name == kLinger2Topic) {
    judgement.Say("linger2-not-time-wait", judgement.ErrorIfWantsPorts(AdviceSeverity::kNote));
  }
}

}  // namespace berthmaster
