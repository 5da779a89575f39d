#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_TRANSACTION_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_TRANSACTION_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// All or nothing: what is not committed when it goes out of scope is rolled back. The database must
// outlive it.
class Transaction {
 public:
  // Takes the write lock at once, so that no later statement can fail for the lack of it.
  static absl::StatusOr<Transaction> BeginWrite(const Database& database);
  // One consistent view for several reads.
  static absl::StatusOr<Transaction> BeginRead(const Database& database);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // Durable when it returns OK. After an error nothing of it is stored.
  absl::Status Commit();

 private:
  explicit Transaction(const Database* database) : database_(database) {}

  // Null once it has ended.
  const Database* database_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_TRANSACTION_H_
