#ifndef BERTHMASTER_COMMON_SYSCTL_ADVICE_H_
#define BERTHMASTER_COMMON_SYSCTL_ADVICE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/net/port_range.h"
#include "common/sysctl/release.h"

namespace berthmaster {

enum class AdviceSeverity : uint8_t {
  // Worth knowing; nothing is wrong.
  kNote,
  // Does not do what it is mostly set for, or has a cost that few know.
  kWarning,
  // Breaks something, cannot be written, or cannot do what it is wanted for.
  kError,
};

// What a value is wanted for.
enum class AdviceGoal : uint8_t {
  // Nobody said: a setting that somebody has.
  kUnknown,
  // Against exhaustion of ephemeral ports, or against TIME_WAIT. What cannot help there is an
  // error.
  kFreePorts,
};

// Where a value is, or is to be, in force.
enum class AdvicePlace : uint8_t {
  kUnknown,
  // The host's own namespace.
  kHost,
  // A pod with a namespace of its own, by its securityContext.sysctls.
  kPod,
  // A pod that shares the host's namespace.
  kHostNetworkPod,
};

// What is known beside the value that is judged. What is absent is unknown; a sysctl that is absent
// is taken to have the default of a fresh namespace.
struct AdviceContext {
  AdviceGoal goal = AdviceGoal::kUnknown;
  AdvicePlace place = AdvicePlace::kUnknown;
  // The kernel it is, or will be, written to.
  std::optional<Release> kernel{};
  // Of place kPod.
  std::optional<Release> kubernetes{};
  // Values in force there, by the name of the sysctl. That of the judged sysctl is what it has now.
  std::map<std::string, std::string> values{};
  // Ports that listeners of that namespace hold. Where this is not known, ports of well-known
  // services are named instead.
  std::optional<PortSet> listening_ports{};
  // Names, or prefixes that end with '*', which the kubelet is known to allow beyond the safe set.
  std::vector<std::string> allowed_unsafe_sysctls{};
};

// One thing to say of a value.
struct Advice {
  // Of the lesson that it comes from, or of a general check; stable.
  std::string id;
  AdviceSeverity severity = AdviceSeverity::kNote;
  // Why, in whole sentences.
  std::string reason;
  // What to do instead; empty where nothing needs doing.
  std::string instead;
  // Where it can be read up.
  std::string source;
  // Other sysctls whose values it rests on.
  std::vector<std::string> related{};

  friend bool operator==(const Advice&, const Advice&) = default;
};

// What there is to say of `value` for `setting`, the worst first; empty when there is nothing, and
// for a setting that Berthmaster knows nothing of. `setting` is a sysctl or a socket option in any
// spelling that FindSettingName takes. Values of SO_LINGER are its seconds, "0" or "{1,0}". Hostile
// text is only quoted, and cut. Pure.
std::vector<Advice> JudgeSetting(absl::string_view setting, absl::string_view value,
                                 const AdviceContext& context);

// Whether any of it is an error: the reason to refuse a wish.
bool IsRefused(const std::vector<Advice>& advice);

// "note", "warning", "error".
absl::string_view SeverityName(AdviceSeverity severity);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_ADVICE_H_
