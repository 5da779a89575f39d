#include "controller/store/sqlite/sqlite_status.h"

#include <errno.h>
#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

bool DiskFull(sqlite3* db, int result) {
  if ((result & 0xff) == SQLITE_FULL) return true;
  // Only writes of the database and its log come back as SQLITE_FULL; the rest hides in errno.
  if ((result & 0xff) != SQLITE_IOERR || db == nullptr) return false;
  int error = sqlite3_system_errno(db);
  return error == ENOSPC || error == EDQUOT;
}

}  // namespace

absl::Status SqliteStatus(sqlite3* db, int result) {
  const char* file = db == nullptr ? nullptr : sqlite3_db_filename(db, "main");
  return SqliteStatus(db, result, file == nullptr ? "a database" : file);
}

absl::Status SqliteStatus(sqlite3* db, int result, absl::string_view file) {
  if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE) return absl::OkStatus();
  absl::string_view detail = db == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(db);
  if (DiskFull(db, result)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        file, ": the disk is full, nothing was written; free space there (", detail, ")"));
  }
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(
          absl::StrCat(file, ": in use by another process; close it there (", detail, ")"));
    case SQLITE_IOERR:
      return absl::UnavailableError(absl::StrCat(
          file, ": I/O error ", result, "; look for errors of the disk in dmesg (", detail, ")"));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DamagedError(file, detail);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::FailedPreconditionError(
          absl::StrCat(file,
                       ": cannot be opened for writing; give this user write access to it "
                       "and to its directory (",
                       detail, ")"));
    case SQLITE_TOOBIG:
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": a value is too large (", detail, ")"));
    case SQLITE_NOMEM:
      return absl::UnavailableError(absl::StrCat(file, ": out of memory"));
    default:
      return absl::InternalError(absl::StrCat(file, ": SQLite error ", result, ": ", detail));
  }
}

absl::Status DamagedError(absl::string_view file, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(file, ": the file is damaged (", what,
                   "); restore it from a backup, or move it away to start without what it holds"));
}

}  // namespace berthmaster
