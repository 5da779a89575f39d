#ifndef BERTHMASTER_COMMON_AUDIT_CHECKPOINT_H_
#define BERTHMASTER_COMMON_AUDIT_CHECKPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/audit/audit_entry.h"

namespace berthmaster {

// A controller's word, signed, on how its chain was at a moment. Kept elsewhere, it shows later
// whether the chain was cut or written anew.
struct AuditCheckpoint {
  // The last entry at that moment; 0 and kAuditFirstHash when there was none.
  int64_t sequence = 0;
  std::string hash = kAuditFirstHash;
  // To the microsecond.
  absl::Time create_time;
  // AuditKeyId of public_key.
  std::string key_id;
  // 64 bytes, Ed25519 over AuditCheckpointBytes.
  std::string signature;
  // PEM.
  std::string public_key;
  friend bool operator==(const AuditCheckpoint&, const AuditCheckpoint&) = default;
};

// What is signed: these fields as netstrings (chain.h): "berthmaster audit checkpoint 1", sequence,
// hash, create_time in microseconds since 1970, key_id.
std::string AuditCheckpointBytes(const AuditCheckpoint& checkpoint);

// The SHA-256 in hex of the DER form of an Ed25519 public key in PEM. INVALID_ARGUMENT when it is
// none.
absl::StatusOr<std::string> AuditKeyId(absl::string_view public_key_pem);

// Whether the checkpoint is signed by the key that it carries, and by the one of its key id.
// FAILED_PRECONDITION says what does not fit. Whose key that is, the reader decides by the key id.
absl::Status CheckAuditSignature(const AuditCheckpoint& checkpoint);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_AUDIT_CHECKPOINT_H_
