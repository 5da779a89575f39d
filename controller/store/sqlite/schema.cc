#include "controller/store/sqlite/schema.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/sqlite_status.h"
#include "controller/store/sqlite/transaction.h"

namespace berthmaster {
namespace {

template <typename T>
absl::StatusOr<T> ReadOne(const Database& database, SqlText sql) {
  BERTHMASTER_ASSIGN_OR_RETURN(Statement statement, database.Prepare(sql));
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<T> value, statement.SelectValue<T>());
  if (!value.has_value()) return DamagedError(database.path(), sql.c_str());
  return *std::move(value);
}

absl::StatusOr<int64_t> CheckIdentity(const Database& database, const Schema& schema) {
  BERTHMASTER_ASSIGN_OR_RETURN(int64_t application_id,
                               ReadOne<int64_t>(database, "PRAGMA application_id"));
  BERTHMASTER_ASSIGN_OR_RETURN(int64_t version, ReadOne<int64_t>(database, "PRAGMA user_version"));
  BERTHMASTER_ASSIGN_OR_RETURN(int64_t object_count,
                               ReadOne<int64_t>(database, "SELECT count(*) FROM sqlite_schema"));
  if (application_id == 0 && version == 0 && object_count == 0) return 0;
  if (application_id != schema.application_id) {
    return absl::FailedPreconditionError(
        absl::StrCat(database.path(),
                     " is an SQLite file of another program; it was left as it is. Move it away, "
                     "or choose another --data-dir"));
  }
  if (version > schema.version()) {
    return absl::FailedPreconditionError(absl::StrCat(database.path(), " has schema version ",
                                                      version,
                                                      ", written by a newer controller; this "
                                                      "one knows versions up to ",
                                                      schema.version(),
                                                      ". It was left as it is. Start the newer "
                                                      "controller, or choose another --data-dir"));
  }
  if (version < 1) {
    return DamagedError(database.path(), absl::StrCat("its schema version is ", version));
  }
  return version;
}

absl::Status Migrate(const Database& database, const Schema& schema, int64_t version) {
  for (int64_t next = version + 1; next <= schema.version(); ++next) {
    BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginWrite(database));
    BERTHMASTER_RETURN_IF_ERROR(
        Annotate(database.Execute(schema.migrations[static_cast<size_t>(next - 1)]),
                 absl::StrCat("migration to schema version ", next)));
    BERTHMASTER_RETURN_IF_ERROR(database.SetPragma("application_id", schema.application_id));
    BERTHMASTER_RETURN_IF_ERROR(database.SetPragma("user_version", next));
    BERTHMASTER_RETURN_IF_ERROR(transaction.Commit());
  }
  return absl::OkStatus();
}

absl::Status CheckWholeFile(const Database& database) {
  // The first problem is enough to refuse the file.
  BERTHMASTER_ASSIGN_OR_RETURN(std::string verdict,
                               ReadOne<std::string>(database, "PRAGMA quick_check(1)"));
  if (verdict != "ok") return DamagedError(database.path(), verdict);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Database> OpenWithSchema(const std::string& path, const Schema& schema) {
  BERTHMASTER_ASSIGN_OR_RETURN(Database database, Database::Open(path, Database::Mode::kReadWrite));
  BERTHMASTER_RETURN_IF_ERROR(database.SetCheckpointOnClose(false));
  BERTHMASTER_ASSIGN_OR_RETURN(int64_t version, CheckIdentity(database, schema));
  if (schema.check_whole_file) BERTHMASTER_RETURN_IF_ERROR(CheckWholeFile(database));
  BERTHMASTER_RETURN_IF_ERROR(database.SetCheckpointOnClose(true));
  BERTHMASTER_RETURN_IF_ERROR(
      database.Execute("PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL;"
                       // After a burst the log shrinks to this again.
                       "PRAGMA journal_size_limit = 67108864;"));
  BERTHMASTER_RETURN_IF_ERROR(Migrate(database, schema, version));
  return database;
}

}  // namespace berthmaster
