#ifndef BERTHMASTER_COMMON_AUDIT_CHAIN_H_
#define BERTHMASTER_COMMON_AUDIT_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/audit/audit_entry.h"
#include "common/audit/checkpoint.h"

namespace berthmaster {

// The hash of an entry is the SHA-256, in hex, of these fields in this order, each written as a
// netstring: its length in bytes in decimal, ':', its bytes, ','. Numbers are in decimal.
//   "berthmaster audit entry 1", previous_hash, sequence, event_time in microseconds since 1970,
//   actor, source, action ("APPROVED"), object, reason, the number of values,
//   and for each value: host ("hosts/web-1", or nothing), netns_cookie, netns_label, sysctl,
//   old_value, new_value
// README.md has ten lines of Python that verify an export.
std::string AuditHash(const AuditEntry& entry);

// "APPROVED"; the number of one that is unknown.
std::string AuditActionText(AuditAction action);

// Where a chain is broken first.
struct BrokenLink {
  // The entry that is not what it should be.
  int64_t sequence = 0;
  // What is wrong, for a person: "entry 7 was altered: …".
  std::string what;
};

// Holds a stream of entries, oldest first, against the chain and against a checkpoint of it.
class ChainVerifier {
 public:
  // The chain is to begin with `first_sequence`; what was before a later one than 1 is not known
  // and not verified. The checkpoint's signature is another matter (checkpoint.h).
  explicit ChainVerifier(int64_t first_sequence = 1, std::optional<AuditCheckpoint> checkpoint = {})
      : first_sequence_(first_sequence),
        tail_{.sequence = first_sequence - 1},
        checkpoint_(std::move(checkpoint)) {}

  // Nothing while the chain is whole. After a broken link, no more.
  std::optional<BrokenLink> Add(const AuditEntry& entry);
  // After the last entry: whether the chain reaches as far as the checkpoint.
  std::optional<BrokenLink> Finish() const;

  // The last entry that was verified.
  const AuditTail& tail() const { return tail_; }

 private:
  std::optional<BrokenLink> CheckPlace(const AuditEntry& entry) const;
  std::optional<BrokenLink> CheckCheckpoint(int64_t sequence, absl::string_view hash) const;

  int64_t first_sequence_;
  AuditTail tail_;
  std::optional<AuditCheckpoint> checkpoint_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_AUDIT_CHAIN_H_
