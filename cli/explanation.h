#ifndef BERTHMASTER_CLI_EXPLANATION_H_
#define BERTHMASTER_CLI_EXPLANATION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/sysctl/lesson.h"

namespace berthmaster {

// A way to keep a value over a restart.
struct DurableForm {
  // "node", "pod", "kubelet".
  std::string place;
  std::string text;
};

// What `explain` says of one setting, whatever it is. What does not apply is empty.
struct Explanation {
  std::string name;
  // "sysctl", "retired sysctl", "socket option", "socket state".
  std::string kind;
  std::string effect;
  std::string scope;
  std::string since_kernel;
  std::string removed_in_kernel;
  std::string default_value;
  // What the kernel takes, and what is sensible.
  std::string kernel_bounds;
  std::string sensible_bounds;
  std::string risk;
  // What Kubernetes says to it in a pod.
  std::string pod;
  // Whether Berthmaster writes it once a person approves.
  std::string berthmaster;
  std::string usage;
  std::vector<Lesson> lessons;
  std::vector<DurableForm> durable_forms;
};

// Of a name as FindSettingName gives it.
Explanation ExplainSetting(absl::string_view name);

// Every name there is an explanation of, in the order in which they are shown.
std::vector<absl::string_view> ExplainedNames();

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_EXPLANATION_H_
