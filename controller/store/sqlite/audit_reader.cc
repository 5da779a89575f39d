#include "controller/store/sqlite/audit_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/transaction.h"

namespace berthmaster {
namespace {

size_t BytesOf(const AuditEntry& entry) {
  size_t bytes = entry.actor.size() + entry.source.size() + entry.object.size() +
                 entry.reason.size() + entry.previous_hash.size() + entry.hash.size();
  for (const AuditValue& value : entry.values) {
    bytes += value.host_id.size() + value.netns_label.size() + value.sysctl.size() +
             value.old_value.size() + value.new_value.size();
  }
  return bytes;
}

}  // namespace

SqliteAuditReader::SqliteAuditReader(Database database, Statements statements)
    : database_(std::move(database)), statements_(std::move(statements)) {}

absl::StatusOr<std::unique_ptr<SqliteAuditReader>> SqliteAuditReader::Open(
    const std::string& path) {
  BERTHMASTER_ASSIGN_OR_RETURN(Database database, Database::Open(path, Database::Mode::kReadOnly));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement from,
      database.Prepare("SELECT sequence, event_time, actor, source, action, object, reason, "
                       "previous_hash, hash FROM audit_entry WHERE sequence >= ? "
                       "ORDER BY sequence LIMIT ?"));
  // ?1 and ?2 bound the sequences, ?3 actions, ?4 actor, ?5 object, ?6 host, its ?7 name and ?8
  // agent, ?9 and ?10 bound the time, ?11 the count.
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement search,
      database.Prepare("SELECT sequence, event_time, actor, source, action, object, reason, "
                       "previous_hash, hash FROM audit_entry AS entry "
                       "WHERE sequence >= ?1 AND sequence < ?2 "
                       "AND (?3 = 0 OR (?3 >> action) & 1 = 1) AND (?4 = '' OR actor = ?4) "
                       "AND (?5 = '' OR object = ?5) "
                       "AND (?6 = '' OR object = ?7 OR actor = ?8 OR EXISTS (SELECT 1 "
                       "FROM audit_value WHERE sequence = entry.sequence AND host_id = ?6)) "
                       "AND event_time >= ?9 AND event_time < ?10 "
                       "ORDER BY sequence DESC LIMIT ?11"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement tail,
      database.Prepare("SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto values,
      ChildTable<AuditValue>::Prepare(
          database,
          // Never run: the connection only reads.
          "INSERT INTO audit_value (sequence, position, host_id, netns_cookie, netns_label, "
          "sysctl, old_value, new_value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT host_id, netns_cookie, netns_label, sysctl, old_value, new_value "
          "FROM audit_value WHERE sequence = ? ORDER BY position"));
  return std::unique_ptr<SqliteAuditReader>(new SqliteAuditReader(
      std::move(database),
      {std::move(from), std::move(search), std::move(tail), std::move(values)}));
}

absl::StatusOr<std::vector<AuditEntry>> SqliteAuditReader::Collect(Query query, bool& is_cut) {
  std::vector<AuditEntry> entries;
  size_t bytes = 0;
  is_cut = false;
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return entries;
    if (bytes > kAuditReadBytesMax) {
      is_cut = true;
      return entries;
    }
    AuditEntry& entry = entries.emplace_back();
    BERTHMASTER_RETURN_IF_ERROR(
        WithColumns(entry, [&query](auto&... columns) { return query.Read(columns...); }));
    BERTHMASTER_RETURN_IF_ERROR(statements_.values.Load(entry.values, entry.sequence));
    bytes += BytesOf(entry);
  }
}

absl::StatusOr<std::vector<AuditEntry>> SqliteAuditReader::ReadFrom(int64_t first, int count_max) {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.from.Select(first, count_max));
  bool is_cut = false;
  return Collect(std::move(query), is_cut);
}

absl::StatusOr<AuditPage> SqliteAuditReader::Search(const AuditSearch& search, int64_t before,
                                                    int count_max) {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginRead(database_));
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> last,
                               statements_.tail.SelectValue<int64_t>());
  before = std::min(before, last.value_or(0) + 1);
  const int64_t oldest = std::max<int64_t>(before - kAuditSearchedMax, 1);
  const std::string host = search.host_id.empty() ? "" : HostName(search.host_id);
  BERTHMASTER_ASSIGN_OR_RETURN(
      Query query, statements_.search.Select(oldest, before, static_cast<int64_t>(search.actions),
                                             search.actor, search.object, search.host_id, host,
                                             absl::StrCat("agent/", search.host_id),
                                             search.start_time, search.end_time, count_max));
  AuditPage page;
  bool is_cut = false;
  BERTHMASTER_ASSIGN_OR_RETURN(page.entries, Collect(std::move(query), is_cut));
  const bool is_full = is_cut || page.entries.size() == static_cast<size_t>(count_max);
  const int64_t next = is_full ? page.entries.back().sequence : oldest;
  page.next_before = next > 1 ? next : 0;
  return page;
}

absl::StatusOr<AuditTail> SqliteAuditReader::ReadTail() {
  absl::MutexLock lock(&mutex_);
  AuditTail tail;
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.tail.Select());
  BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
  if (found) BERTHMASTER_RETURN_IF_ERROR(query.Read(tail.sequence, tail.hash));
  return tail;
}

}  // namespace berthmaster
