#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_REQUEST_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_REQUEST_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/control_store.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// Completed requests, for as long as they are remembered. The database must outlive it.
class RequestRows {
 public:
  static absl::StatusOr<RequestRows> Prepare(const Database& database);

  // Stores them and forgets those that are kRequestMemory older than the newest of them.
  absl::Status Put(const std::vector<CompletedRequest>& requests);
  // Oldest first.
  absl::StatusOr<std::vector<CompletedRequest>> Load();

 private:
  RequestRows(ParentTable<CompletedRequest> requests, Statement forget);

  ParentTable<CompletedRequest> requests_;
  Statement forget_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_REQUEST_ROWS_H_
