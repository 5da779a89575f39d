#ifndef BERTHMASTER_COMMON_WIRE_AUDIT_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_AUDIT_WIRE_H_

#include "absl/status/statusor.h"
#include "berthmaster/v1/audit.pb.h"
#include "common/audit/audit_entry.h"
#include "common/audit/checkpoint.h"

namespace berthmaster {

// Audit entries and checkpoints on the wire. FromProto gives INVALID_ARGUMENT and names the field.
// What it lets through, ToProto gives back as it was: no hash is lost on the way. It does not
// verify hashes and signatures (common/audit).
v1::AuditEntry ToProto(const AuditEntry& entry);
v1::AuditCheckpoint ToProto(const AuditCheckpoint& checkpoint);
absl::StatusOr<AuditEntry> FromProto(const v1::AuditEntry& proto);
absl::StatusOr<AuditCheckpoint> FromProto(const v1::AuditCheckpoint& proto);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_AUDIT_WIRE_H_
