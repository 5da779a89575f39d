#ifndef BERTHMASTER_AGENT_TUNE_REFUSAL_H_
#define BERTHMASTER_AGENT_TUNE_REFUSAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Why a change is refused: FAILED_PRECONDITION with `reason`, a word that stays as it is for
// programs (SYSCTL_NOT_ALLOWED), and a message for people with the next step. README.md lists the
// words.
absl::Status Refuse(absl::string_view reason, absl::string_view message);

// "SYSCTL_NOT_ALLOWED: the message", for the reply to the controller; the message alone where the
// status has no reason. Cut where it is very long.
std::string RefusalText(const absl::Status& refusal);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_REFUSAL_H_
