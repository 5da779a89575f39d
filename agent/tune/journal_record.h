#ifndef BERTHMASTER_AGENT_TUNE_JOURNAL_RECORD_H_
#define BERTHMASTER_AGENT_TUNE_JOURNAL_RECORD_H_

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/kernel/netns/netns_sysctl.h"

namespace berthmaster {

// How far a journaled change is.
enum class EntryState : uint8_t {
  // About to be written, or written and not yet read back.
  kIntent = 1,
  // Written and read back.
  kApplied = 2,
  // The prior value is about to be put back.
  kReverting = 3,
  // Someone else wrote another value since. Kept until the change leaves the desired state, so that
  // it is not applied again.
  kDrifted = 4,
};

// One change that this agent made, or is about to make.
struct JournalEntry {
  uint64_t id = 0;
  std::string rollout;
  NetnsId netns;
  std::string sysctl;
  // What the kernel had before, normalised.
  std::string prior;
  std::string desired;
  bool confirmed = false;
  // As granted by the last push.
  absl::Duration lease;
  // When the lease runs out, on the monotonic clock of this boot (CLOCK_BOOTTIME, which goes on
  // over a restart of the agent and does not step). Meaningless when confirmed.
  absl::Duration deadline;
  EntryState state = EntryState::kIntent;
  // Whether the value is to outlive a reboot, which the entry then does too; it is the host's own
  // namespace then.
  bool persist = false;

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

// The boot that the records after it belong to.
struct BootRecord {
  std::string boot_id;
};
struct RevisionRecord {
  int64_t revision = 0;
};
// An entry as it is: a new one, or the replacement of the one with its id.
struct EntryRecord {
  JournalEntry entry;
};
struct RenewRecord {
  uint64_t id = 0;
  bool confirmed = false;
  absl::Duration lease;
  absl::Duration deadline;
};
struct StateRecord {
  uint64_t id = 0;
  EntryState state = EntryState::kIntent;
};
struct CloseRecord {
  uint64_t id = 0;
};
using JournalRecord =
    std::variant<BootRecord, RevisionRecord, EntryRecord, RenewRecord, StateRecord, CloseRecord>;

// One line with its line end: a CRC-32 (RFC 1952) of the rest in hexadecimal, the kind, and the
// fields, divided by tabs and escaped as in C, so that a person can read the file.
std::string FormatJournalRecord(const JournalRecord& record);

// Reads one line without its line end. DATA_LOSS when the checksum or the form does not fit.
absl::StatusOr<JournalRecord> ParseJournalRecord(absl::string_view line);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_JOURNAL_RECORD_H_
