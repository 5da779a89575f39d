#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_AUDIT_READER_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_AUDIT_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controller/store/audit_reader.h"
#include "controller/store/sqlite/audit_rows.h"
#include "controller/store/sqlite/child_table.h"

namespace berthmaster {

// Reads the audit entries of the file that SqliteControlStore has made, while that one writes. Any
// thread; one call at a time has the read-only connection.
class SqliteAuditReader final : public AuditReader {
 public:
  // Errors are those of SqliteStatus.
  static absl::StatusOr<std::unique_ptr<SqliteAuditReader>> Open(const std::string& path);

  absl::StatusOr<std::vector<AuditEntry>> ReadFrom(int64_t first, int count_max) override;
  absl::StatusOr<AuditPage> Search(const AuditSearch& search, int64_t before,
                                   int count_max) override;
  absl::StatusOr<AuditTail> ReadTail() override;

 private:
  struct Statements {
    Statement from;
    Statement search;
    Statement tail;
    ChildTable<AuditValue> values;
  };

  SqliteAuditReader(Database database, Statements statements);
  // What the query finds with its values. `is_cut` says that the bytes ran out before the entries.
  absl::StatusOr<std::vector<AuditEntry>> Collect(Query query, bool& is_cut)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  // Before the statements, so that it outlives them.
  Database database_ ABSL_GUARDED_BY(mutex_);
  Statements statements_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_AUDIT_READER_H_
