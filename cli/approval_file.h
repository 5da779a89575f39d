#ifndef BERTHMASTER_CLI_APPROVAL_FILE_H_
#define BERTHMASTER_CLI_APPROVAL_FILE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "berthmaster/v1/policy.pb.h"

namespace berthmaster {

// The approval policy as a person keeps it in a file:
//
//   etag: "2"            # optional: replace only this one
//   rules:
//     - name: shop
//       selector: {pod_namespace: shop}
//       risks: [MEDIUM, HIGH]           # all by default
//       approvals_required: 2
//       proposer_may_approve: false
//     - name: nights
//       risks: [LOW]
//       approvals_required: 0           # the policy itself approves, in its windows
//       windows:
//         - {days: [mon, tue], start: "22:00", length: 8h}
//   freezes:
//     - name: sale
//       from: 2026-11-27T00:00:00Z
//       until: 2026-11-30T00:00:00Z
//       reason: no changes during the sale
struct ApprovalFile {
  v1::ApprovalPolicy policy;
  // Where each begins, from 1, by "rule 'NAME'" and "freeze 'NAME'".
  std::map<std::string, int> lines;
};

// Strict, as ParsePolicyFile. approvals_required must be said, since 0 is the laxest of all. Bounds
// of values are for the server.
absl::StatusOr<ApprovalFile> ParseApprovalFile(absl::string_view name, absl::string_view content);

// A file that ParseApprovalFile takes.
std::string ApprovalFileText(const v1::ApprovalPolicy& policy);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_APPROVAL_FILE_H_
