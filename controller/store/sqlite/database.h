#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_DATABASE_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/store/sqlite/statement.h"

struct sqlite3;

namespace berthmaster {

// SQL that stands in the source: the compiler refuses anything made at run time, so no value from
// outside ever becomes SQL.
class SqlText {
 public:
  // Not explicit, so that a literal can be passed as it is.
  consteval SqlText(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
  const char* c_str() const { return text_; }

 private:
  const char* text_;
};

// One connection to one SQLite file. One thread at a time. Statements and transactions made of it
// must not outlive it.
class Database {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // Opens `path`, and makes it when it is missing and the mode allows it. Foreign keys are on, the
  // schema is protected against damage by SQL, extensions cannot be loaded. Errors are those of
  // SqliteStatus; a file that is not SQLite's shows at the first statement.
  static absl::StatusOr<Database> Open(const std::string& path, Mode mode);

  // Prepares one statement.
  absl::StatusOr<Statement> Prepare(SqlText sql) const;
  // Runs statements separated by semicolons; rows are ignored.
  absl::Status Execute(SqlText sql) const;
  // PRAGMA `name` = `value`, for those that take no bound value. `name` is a literal.
  absl::Status SetPragma(SqlText name, int64_t value) const;

  // While off, closing the last connection leaves the file itself as it was.
  absl::Status SetCheckpointOnClose(bool on) const;
  bool in_transaction() const;
  std::string path() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit Database(sqlite3* db) : db_(db) {}

  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_DATABASE_H_
