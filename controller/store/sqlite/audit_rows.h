#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_AUDIT_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_AUDIT_ROWS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/audit_reader.h"
#include "controller/store/sqlite/child_table.h"

namespace berthmaster {

// Appends audit entries. The database must outlive it.
class AuditRows {
 public:
  static absl::StatusOr<AuditRows> Prepare(const Database& database);

  // Appends the entry, or does nothing when it is there already: a commit that was tried again.
  // INTERNAL when it does not come right after the last one; ABORTED when another one has its
  // sequence.
  absl::Status Append(const AuditEntry& entry);
  absl::StatusOr<AuditTail> LoadTail();

 private:
  AuditRows(Statement find, Statement insert, Statement tail, ChildTable<AuditValue> values)
      : find_(std::move(find)),
        insert_(std::move(insert)),
        tail_(std::move(tail)),
        values_(std::move(values)) {}

  Statement find_;
  Statement insert_;
  Statement tail_;
  ChildTable<AuditValue> values_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_AUDIT_ROWS_H_
