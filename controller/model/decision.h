#ifndef BERTHMASTER_CONTROLLER_MODEL_DECISION_H_
#define BERTHMASTER_CONTROLLER_MODEL_DECISION_H_

#include <string>

#include "absl/time/time.h"

namespace berthmaster {

// A recorded decision of a person or a policy.
struct Decision {
  std::string decider;
  std::string reason;
  absl::Time decide_time;
  // Of the content decided on (content_hash.h).
  std::string content_sha256;
  friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_DECISION_H_
