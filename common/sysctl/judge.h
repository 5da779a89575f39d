#ifndef BERTHMASTER_COMMON_SYSCTL_JUDGE_H_
#define BERTHMASTER_COMMON_SYSCTL_JUDGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/net/port_range.h"
#include "common/sysctl/advice.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {

// One value on its way through the judges, which JudgeSetting calls. Each adds what it has to say.
class Judgement {
 public:
  // `name` as the catalogue or the topics spell it, or a sysctl that neither has. All that is given
  // outlives this.
  Judgement(absl::string_view name, absl::string_view value, const AdviceContext& context);

  absl::string_view name() const { return name_; }
  absl::string_view value() const { return value_; }
  // Nothing for what is not in the catalogue.
  const Tunable* tunable() const { return tunable_; }
  const AdviceContext& context() const { return context_; }
  bool wants_ports() const { return context_.goal == AdviceGoal::kFreePorts; }
  // An error where the value is wanted against exhaustion, else `otherwise`.
  AdviceSeverity ErrorIfWantsPorts(AdviceSeverity otherwise) const {
    return wants_ports() ? AdviceSeverity::kError : otherwise;
  }

  // What is in force of another sysctl: its value in the context, or the kernel's default. Nothing
  // where neither is known or the value makes no sense.
  std::optional<int64_t> IntegerOf(absl::string_view sysctl) const;
  std::optional<PortRange> RangeInForce() const;
  PortSet ReservedInForce() const;

  // Says the lesson, with what is special about this value before it: "5 ports of 100: ".
  void Say(absl::string_view lesson_id, AdviceSeverity severity, absl::string_view figures = "",
           std::vector<std::string> related = {});
  void Say(Advice advice);
  bool has_warning() const;
  // The worst first.
  std::vector<Advice> Take();

 private:
  std::optional<std::string> InForce(absl::string_view sysctl) const;

  const absl::string_view name_;
  const absl::string_view value_;
  const Tunable* const tunable_;
  const AdviceContext& context_;
  std::vector<Advice> advice_;
};

// Says that the kernel ignores `rest`, what follows the last number it takes, unless that is white
// space.
void JudgeRest(Judgement& judgement, absl::string_view rest);

// A value for a sentence: at most 80 bytes of it, nothing that a terminal would obey.
std::string QuotedValue(absl::string_view value);

// By topic; each does nothing for what is not its own. `number` is the value of an integer sysctl.
void JudgeTimeWait(Judgement& judgement, int64_t number);
void JudgeQueues(Judgement& judgement, int64_t number);
void JudgeUnprivilegedStart(Judgement& judgement, int64_t number);
void JudgePortRange(Judgement& judgement);
void JudgeReservedPorts(Judgement& judgement);
void JudgeSocketOption(Judgement& judgement);
// Whether it can be written at all: by this kernel, in this place.
void JudgeReach(Judgement& judgement);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_JUDGE_H_
