#include "common/audit/chain.h"

#include <openssl/sha.h>

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/audit/netstring.h"
#include "common/ids/names.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kVersion = "berthmaster audit entry 1";

constexpr std::array<absl::string_view, kAuditActionMax> kActionTexts = {
    "PROPOSED",  "APPROVED",   "REJECTED", "EXPIRED",  "PUSHED",     "APPLIED",      "REFUSED",
    "FAILED",    "DRIFTED",    "REVERTED", "PAUSED",   "RESUMED",    "PROMOTED",     "ABORTED",
    "CONFIRMED", "POLICY_SET", "DENIED",   "SILENCED", "UNSILENCED", "ACKNOWLEDGED", "RESOLVED"};

BrokenLink Broken(int64_t sequence, std::string what) { return {sequence, std::move(what)}; }

std::string EntriesText(int64_t first, int64_t last) {
  if (first == last) return absl::StrCat("entry ", first, " is");
  return absl::StrCat("entries ", first, " to ", last, " are");
}

}  // namespace

std::string AuditActionText(AuditAction action) {
  const int number = static_cast<int>(action);
  if (number < 1 || number > kAuditActionMax) return absl::StrCat(number);
  return std::string(kActionTexts[static_cast<size_t>(number - 1)]);
}

std::string AuditHash(const AuditEntry& entry) {
  std::string bytes;
  AppendNetstring(bytes, kVersion);
  AppendNetstring(bytes, entry.previous_hash);
  AppendNetstring(bytes, absl::StrCat(entry.sequence));
  AppendNetstring(bytes, absl::StrCat(absl::ToUnixMicros(entry.event_time)));
  AppendNetstring(bytes, entry.actor);
  AppendNetstring(bytes, entry.source);
  AppendNetstring(bytes, AuditActionText(entry.action));
  AppendNetstring(bytes, entry.object);
  AppendNetstring(bytes, entry.reason);
  AppendNetstring(bytes, absl::StrCat(entry.values.size()));
  for (const AuditValue& value : entry.values) {
    AppendNetstring(bytes, value.host_id.empty() ? "" : HostName(value.host_id));
    AppendNetstring(bytes, absl::StrCat(value.netns_cookie));
    AppendNetstring(bytes, value.netns_label);
    AppendNetstring(bytes, value.sysctl);
    AppendNetstring(bytes, value.old_value);
    AppendNetstring(bytes, value.new_value);
  }
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::optional<BrokenLink> ChainVerifier::CheckPlace(const AuditEntry& entry) const {
  const int64_t expected = tail_.sequence + 1;
  if (entry.sequence > expected) {
    return Broken(expected, absl::StrCat(EntriesText(expected, entry.sequence - 1),
                                         expected == first_sequence_
                                             ? " missing: the beginning of the chain is cut off"
                                             : " missing"));
  }
  if (entry.sequence < expected) {
    return Broken(entry.sequence,
                  absl::StrCat("entry ", entry.sequence, " is out of order: it comes ",
                               expected == first_sequence_ ? "before the first, " : "after entry ",
                               expected == first_sequence_ ? expected : expected - 1));
  }
  return std::nullopt;
}

std::optional<BrokenLink> ChainVerifier::CheckCheckpoint(int64_t sequence,
                                                         absl::string_view hash) const {
  if (!checkpoint_.has_value() || checkpoint_->sequence != sequence || checkpoint_->hash == hash) {
    return std::nullopt;
  }
  return Broken(sequence,
                absl::StrCat("entry ", sequence, " is not the one that the checkpoint of ",
                             absl::FormatTime(checkpoint_->create_time, absl::UTCTimeZone()),
                             " signed: the chain was written anew up to it"));
}

std::optional<BrokenLink> ChainVerifier::Add(const AuditEntry& entry) {
  if (std::optional<BrokenLink> broken = CheckPlace(entry)) return broken;
  if (AuditHash(entry) != entry.hash) {
    return Broken(entry.sequence, absl::StrCat("entry ", entry.sequence,
                                               " was altered: its content has another hash"));
  }
  const bool is_linked = entry.sequence > first_sequence_ || first_sequence_ == 1;
  if (is_linked && entry.previous_hash != tail_.hash) {
    return Broken(entry.sequence,
                  absl::StrCat("entry ", entry.sequence, " does not follow ",
                               entry.sequence == 1 ? std::string("the start of the chain")
                                                   : absl::StrCat("entry ", entry.sequence - 1),
                               ": one of them was replaced"));
  }
  if (std::optional<BrokenLink> broken = CheckCheckpoint(entry.sequence - 1, entry.previous_hash)) {
    return broken;
  }
  if (std::optional<BrokenLink> broken = CheckCheckpoint(entry.sequence, entry.hash)) return broken;
  tail_ = {entry.sequence, entry.hash};
  return std::nullopt;
}

std::optional<BrokenLink> ChainVerifier::Finish() const {
  if (!checkpoint_.has_value()) return std::nullopt;
  if (checkpoint_->sequence > tail_.sequence) {
    return Broken(tail_.sequence + 1,
                  absl::StrCat(EntriesText(tail_.sequence + 1, checkpoint_->sequence),
                               " missing: the end of the chain is cut off, the checkpoint of ",
                               absl::FormatTime(checkpoint_->create_time, absl::UTCTimeZone()),
                               " reaches to ", checkpoint_->sequence));
  }
  if (checkpoint_->sequence < first_sequence_ - 1) {
    return Broken(first_sequence_,
                  absl::StrCat("the checkpoint is of entry ", checkpoint_->sequence,
                               ", which is before the first one verified; "
                               "begin there or earlier"));
  }
  return std::nullopt;
}

}  // namespace berthmaster
