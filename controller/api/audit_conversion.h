#ifndef BERTHMASTER_CONTROLLER_API_AUDIT_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_AUDIT_CONVERSION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "berthmaster/v1/audit.pb.h"
#include "controller/api/page_token.h"
#include "controller/audit/chain_check.h"
#include "controller/store/audit_reader.h"

namespace berthmaster {

// INVALID_ARGUMENT names the field.
absl::StatusOr<AuditSearch> FromProto(const v1::AuditFilter& filter);

// A checked ListAuditEntriesRequest.
struct AuditQuery {
  AuditSearch search;
  PageScope scope;
  int page_size = 0;
  // Below which sequence the page begins.
  int64_t before = 0;
};
absl::StatusOr<AuditQuery> ParseAuditQuery(const v1::ListAuditEntriesRequest& request);
void Fill(const AuditPage& page, const PageScope& scope, v1::ListAuditEntriesResponse& response);

// What a check that has ended found.
void Fill(const ChainCheck& check, v1::VerifyAuditResponse& response);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_AUDIT_CONVERSION_H_
