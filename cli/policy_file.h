#ifndef BERTHMASTER_CLI_POLICY_FILE_H_
#define BERTHMASTER_CLI_POLICY_FILE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "berthmaster/v1/policy.pb.h"

namespace berthmaster {

// The detection policy as a person keeps it in a file:
//
//   etag: "2"            # optional: replace only this one
//   rules:
//     - name: batch
//       selector: {unit: batch.service}
//       thresholds:
//         near_limit_utilization_min: 0.97
//         near_limit_time: 60s
struct PolicyFile {
  std::string name;
  v1::DetectionPolicy policy;
  // Where each rule begins, from 1, by "rule 'NAME'".
  std::map<std::string, int> lines;

  // An error of the server about one of the rules, with file and line in front.
  absl::Status WithPlace(const absl::Status& status) const;
};

// Strict: INVALID_ARGUMENT begins with "NAME:LINE: " and says what is allowed, for unknown and
// repeated keys, values of the wrong form, aliases. Bounds of values are for the server.
absl::StatusOr<PolicyFile> ParsePolicyFile(absl::string_view name, absl::string_view content);

// A file that ParsePolicyFile takes, with the thresholds that there are, their defaults and bounds
// in comments.
std::string PolicyFileText(const v1::GetDetectionPolicyResponse& response);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_POLICY_FILE_H_
