#include "controller/store/sqlite/database.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/sqlite_status.h"

namespace berthmaster {
namespace {

// How long to wait for a lock of another process; in ours there is one writer per file, and readers
// of a WAL do not lock it out.
constexpr int kBusyTimeoutMs = 5000;
// No text of ours comes near it; a value that large is a bug or an attack.
constexpr int kValueBytesMax = 4 << 20;

absl::Status Configure(sqlite3* db) {
  sqlite3_extended_result_codes(db, 1);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, kValueBytesMax);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  BERTHMASTER_RETURN_IF_ERROR(SqliteStatus(db, sqlite3_busy_timeout(db, kBusyTimeoutMs)));
  constexpr struct {
    int option;
    int value;
  } kConfiguration[] = {
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},
  };
  for (const auto& [option, value] : kConfiguration) {
    int now = 0;
    BERTHMASTER_RETURN_IF_ERROR(SqliteStatus(db, sqlite3_db_config(db, option, value, &now)));
  }
  return absl::OkStatus();
}

}  // namespace

void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

absl::StatusOr<Database> Database::Open(const std::string& path, Mode mode) {
  int flags =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  int result = sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(db);
  BERTHMASTER_RETURN_IF_ERROR(SqliteStatus(db, result, path));
  BERTHMASTER_RETURN_IF_ERROR(Configure(db));
  return database;
}

absl::StatusOr<Statement> Database::Prepare(SqlText sql) const {
  sqlite3_stmt* statement = nullptr;
  int result = sqlite3_prepare_v3(db_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                  nullptr);
  BERTHMASTER_RETURN_IF_ERROR(SqliteStatus(db_.get(), result));
  return Statement(statement);
}

absl::Status Database::Execute(SqlText sql) const {
  return SqliteStatus(db_.get(), sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

absl::Status Database::SetPragma(SqlText name, int64_t value) const {
  std::string sql = absl::StrCat("PRAGMA ", name.c_str(), " = ", value);
  return SqliteStatus(db_.get(), sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

absl::Status Database::SetCheckpointOnClose(bool on) const {
  return SqliteStatus(db_.get(), sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                                                   on ? 0 : 1, nullptr));
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

std::string Database::path() const {
  const char* file = sqlite3_db_filename(db_.get(), "main");
  return file == nullptr ? "" : file;
}

}  // namespace berthmaster
