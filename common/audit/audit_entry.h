#ifndef BERTHMASTER_COMMON_AUDIT_AUDIT_ENTRY_H_
#define BERTHMASTER_COMMON_AUDIT_AUDIT_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace berthmaster {

// The bounds of an entry; BoundedAuditEntry() keeps them.
inline constexpr size_t kAuditActorBytesMax = 128;
inline constexpr size_t kAuditSourceBytesMax = 128;
inline constexpr size_t kAuditObjectBytesMax = 512;
inline constexpr size_t kAuditReasonBytesMax = 4000;
inline constexpr size_t kAuditNameBytesMax = 256;
// A sysctl's value: lists of reserved ports are long.
inline constexpr size_t kAuditValueBytesMax = 4096;
// What has more becomes several entries.
inline constexpr size_t kAuditValuesMax = 64;

// What was done. Numbers of the contract; they are in every hash by their names and never change.
enum class AuditAction : uint8_t {
  kProposed = 1,
  kApproved = 2,
  kRejected = 3,
  kExpired = 4,
  kPushed = 5,
  kApplied = 6,
  kRefused = 7,
  kFailed = 8,
  kDrifted = 9,
  kReverted = 10,
  kPaused = 11,
  kResumed = 12,
  kPromoted = 13,
  kAborted = 14,
  kConfirmed = 15,
  kPolicySet = 16,
  kDenied = 17,
  kSilenced = 18,
  kUnsilenced = 19,
  kAcknowledged = 20,
  kResolved = 21,
};
inline constexpr int kAuditActionMax = 21;

// A setting that the action is about, before and after it.
struct AuditValue {
  // Empty when the setting is of no host, such as a threshold of a policy.
  std::string host_id;
  uint64_t netns_cookie = 0;
  std::string netns_label;
  // The sysctl, or the name of another setting.
  std::string sysctl;
  std::string old_value;
  std::string new_value;
  friend bool operator==(const AuditValue&, const AuditValue&) = default;
};

// One link of the chain of all that was done: who, what, when, from where, why, old and new value.
// Never changed once it is committed.
struct AuditEntry {
  // From 1, by one, without gaps. 0 until the ledger gives it one.
  int64_t sequence = 0;
  // To the microsecond.
  absl::Time event_time;
  // "local/alice", "policy/NAME", "berthmaster", "agent/HOST".
  std::string actor;
  // The address of the caller's end of the connection; empty when nobody called.
  std::string source;
  AuditAction action = AuditAction::kProposed;
  // A resource name: "silences/01kb…".
  std::string object;
  std::string reason;
  std::vector<AuditValue> values;
  // The hash of the entry before, and of this one (chain.h): 64 hex digits.
  std::string previous_hash;
  std::string hash;
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// "00…0", the previous hash of the first entry: 64 digits.
inline constexpr char kAuditFirstHash[] =
    "0000000000000000000000000000000000000000000000000000000000000000";

// The end of the chain; of an empty one by default.
struct AuditTail {
  int64_t sequence = 0;
  std::string hash = kAuditFirstHash;
  friend bool operator==(const AuditTail&, const AuditTail&) = default;
};

// The entry within the bounds: each text cut after a whole character, bytes that are no UTF-8
// replaced by '?', the time cut to the microsecond. Values beyond kAuditValuesMax are kept: the
// ledger splits them off.
AuditEntry BoundedAuditEntry(AuditEntry entry);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_AUDIT_AUDIT_ENTRY_H_
