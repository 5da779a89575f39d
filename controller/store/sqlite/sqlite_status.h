#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_SQLITE_STATUS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_SQLITE_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct sqlite3;

namespace berthmaster {

// What a failed call on `db` means for the caller, with the file and the next step:
// RESOURCE_EXHAUSTED when the disk is full; UNAVAILABLE for an I/O error or a lock that was not
// given up in time (try again); DATA_LOSS for a damaged file; FAILED_PRECONDITION for one that may
// not be written; INVALID_ARGUMENT for a value that is too large; INTERNAL for what only a bug can
// cause. `result` is the (extended) result code; OK for SQLITE_OK.
absl::Status SqliteStatus(sqlite3* db, int result);

// The same for a file that could not be opened at all.
absl::Status SqliteStatus(sqlite3* db, int result, absl::string_view file);

// DATA_LOSS for a file whose content cannot be what we wrote.
absl::Status DamagedError(absl::string_view file, absl::string_view what);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_SQLITE_STATUS_H_
