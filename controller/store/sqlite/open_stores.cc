#include "controller/store/sqlite/open_stores.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/audit_reader.h"
#include "controller/store/sqlite/control_store.h"
#include "controller/store/sqlite/history_reader.h"
#include "controller/store/sqlite/history_writer.h"

namespace berthmaster {
namespace {

absl::Status Unusable(const absl::Status& status, const std::string& data_dir) {
  return absl::Status(
      status.code(),
      absl::StrCat("cannot write to the data directory ", data_dir, ": ", status.message(),
                   "; give this user write access to it, or choose another with --data-dir"));
}

absl::StatusOr<UniqueFd> Lock(const std::string& data_dir) {
  absl::Status made = MakeDirectories(data_dir);
  if (!made.ok()) return Unusable(made, data_dir);
  absl::StatusOr<UniqueFd> lock = LockFile(absl::StrCat(data_dir, "/lock"));
  if (lock.ok()) return lock;
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("another controller works on the data directory ", data_dir,
                     "; stop it, or choose another directory with --data-dir"));
  }
  return Unusable(lock.status(), data_dir);
}

}  // namespace

absl::StatusOr<Stores> OpenStores(const std::string& data_dir) {
  Stores stores;
  BERTHMASTER_ASSIGN_OR_RETURN(stores.lock, Lock(data_dir));
  std::string control_path = absl::StrCat(data_dir, "/control.db");
  BERTHMASTER_ASSIGN_OR_RETURN(stores.control, SqliteControlStore::Open(control_path));
  BERTHMASTER_ASSIGN_OR_RETURN(stores.audit_reader, SqliteAuditReader::Open(control_path));
  std::string history_path = absl::StrCat(data_dir, "/history.db");
  BERTHMASTER_ASSIGN_OR_RETURN(stores.history_writer, SqliteHistoryWriter::Open(history_path));
  BERTHMASTER_ASSIGN_OR_RETURN(stores.history_reader, SqliteHistoryReader::Open(history_path));
  // The names of files that were just made are durable from here on.
  BERTHMASTER_RETURN_IF_ERROR(SyncDirectory(data_dir));
  return stores;
}

}  // namespace berthmaster
