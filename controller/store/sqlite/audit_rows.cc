#include "controller/store/sqlite/audit_rows.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace berthmaster {

absl::StatusOr<AuditRows> AuditRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(Statement find,
                               database.Prepare("SELECT hash FROM audit_entry WHERE sequence = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement insert,
      database.Prepare("INSERT INTO audit_entry (sequence, event_time, actor, source, action, "
                       "object, reason, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement tail,
      database.Prepare("SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto values,
      ChildTable<AuditValue>::Prepare(
          database,
          "INSERT INTO audit_value (sequence, position, host_id, netns_cookie, netns_label, "
          "sysctl, old_value, new_value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT host_id, netns_cookie, netns_label, sysctl, old_value, new_value "
          "FROM audit_value WHERE sequence = ? ORDER BY position"));
  return AuditRows(std::move(find), std::move(insert), std::move(tail), std::move(values));
}

absl::Status AuditRows::Append(const AuditEntry& entry) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<std::string> stored,
                               find_.SelectValue<std::string>(entry.sequence));
  if (stored.has_value() && *stored == entry.hash) return absl::OkStatus();
  if (stored.has_value()) {
    return absl::AbortedError(absl::StrCat("audit entry ", entry.sequence,
                                           " is in the file already, with other content; has "
                                           "another controller written it? Start this one again"));
  }
  BERTHMASTER_RETURN_IF_ERROR(
      WithColumns(entry, [this](const auto&... columns) { return insert_.Run(columns...); }));
  return values_.Insert(entry.values, entry.sequence);
}

absl::StatusOr<AuditTail> AuditRows::LoadTail() {
  AuditTail tail;
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, tail_.Select());
  BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
  if (found) BERTHMASTER_RETURN_IF_ERROR(query.Read(tail.sequence, tail.hash));
  return tail;
}

}  // namespace berthmaster
