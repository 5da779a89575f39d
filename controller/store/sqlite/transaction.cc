#include "controller/store/sqlite/transaction.h"

#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<Transaction> Transaction::BeginWrite(const Database& database) {
  BERTHMASTER_RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE"));
  return Transaction(&database);
}

absl::StatusOr<Transaction> Transaction::BeginRead(const Database& database) {
  BERTHMASTER_RETURN_IF_ERROR(database.Execute("BEGIN DEFERRED"));
  return Transaction(&database);
}

Transaction::~Transaction() {
  // SQLite rolls back by itself after some errors, a full disk among them.
  if (database_ == nullptr || !database_->in_transaction()) return;
  // Rolling back only forgets; when even that fails, the next BEGIN says so.
  database_->Execute("ROLLBACK").IgnoreError();
}

absl::Status Transaction::Commit() {
  BERTHMASTER_RETURN_IF_ERROR(database_->Execute("COMMIT"));
  database_ = nullptr;
  return absl::OkStatus();
}

}  // namespace berthmaster
