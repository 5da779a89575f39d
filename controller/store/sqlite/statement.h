#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_STATEMENT_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_STATEMENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/ip_address.h"
#include "common/status/annotate.h"
#include "controller/model/labels.h"

struct sqlite3_stmt;

namespace berthmaster {

// How C++ values stand in columns:
//   int, int64_t, enums          INTEGER
//   uint64_t                     INTEGER with the same bits
//   absl::Time, absl::Duration   INTEGER, microseconds; the infinite ones are the outermost values
//   bool                         INTEGER, 0 or 1
//   double                       REAL (not a number is refused: SQLite has none)
//   std::string                  TEXT, any bytes, zero bytes too
//   IpAddress                    TEXT
//   Labels                       TEXT, by LabelsText
//   Blob                         BLOB
//   std::optional<T>             T, or NULL

// Bytes that are no text.
struct Blob {
  std::string bytes;
};

// The rows of a running SELECT, one after the other. The statement is free again when it goes out
// of scope. Moves, never copies.
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  // Steps to the next row; false at the end.
  absl::StatusOr<bool> Next();

  // The columns of the present row from the first on. DATA_LOSS when a value does not fit its
  // variable.
  template <typename... Columns>
  absl::Status Read(Columns&... columns) {
    column_ = 0;
    absl::Status status;
    ((status.ok() ? (void)(status = ReadNext(columns)) : (void)0), ...);
    return status;
  }

 private:
  template <typename T>
  absl::Status ReadNext(std::optional<T>& value) {
    if (IsNull()) {
      ++column_;
      value.reset();
      return absl::OkStatus();
    }
    return ReadNext(value.emplace());
  }
  template <typename T, std::enable_if_t<std::is_enum_v<T>, bool> = true>
  absl::Status ReadNext(T& value) {
    int64_t number = 0;
    BERTHMASTER_RETURN_IF_ERROR(ReadInteger(0, 255, number));
    value = static_cast<T>(number);
    return absl::OkStatus();
  }
  // Not a plain overload: anything would convert to it.
  template <typename T, std::enable_if_t<std::is_same_v<T, bool>, bool> = true>
  absl::Status ReadNext(T& value) {
    int64_t number = 0;
    BERTHMASTER_RETURN_IF_ERROR(ReadInteger(0, 1, number));
    value = number != 0;
    return absl::OkStatus();
  }
  absl::Status ReadNext(int32_t& value);
  absl::Status ReadNext(int64_t& value);
  absl::Status ReadNext(uint64_t& value);
  absl::Status ReadNext(uint16_t& value);
  absl::Status ReadNext(double& value);
  absl::Status ReadNext(std::string& value);
  absl::Status ReadNext(absl::Time& value);
  absl::Status ReadNext(absl::Duration& value);
  absl::Status ReadNext(IpAddress& value);
  absl::Status ReadNext(Labels& value);
  absl::Status ReadNext(Blob& value);

  bool IsNull() const;
  absl::Status ReadInteger(int64_t min, int64_t max, int64_t& value);
  absl::Status WrongValue() const;

  sqlite3_stmt* statement_;
  int column_ = 0;
};

// A prepared statement, kept beside the code that uses it. One run at a time; one thread at a time.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Runs it to its end with these parameters, in the order of the question marks.
  template <typename... Parameters>
  absl::Status Run(const Parameters&... parameters) {
    BERTHMASTER_RETURN_IF_ERROR(BindAll(parameters...));
    return RunToEnd();
  }

  // Starts a SELECT.
  template <typename... Parameters>
  absl::StatusOr<Query> Select(const Parameters&... parameters) {
    BERTHMASTER_RETURN_IF_ERROR(BindAll(parameters...));
    return Query(statement_.get());
  }

  // The first column of the first row; nothing when there is none.
  template <typename T, typename... Parameters>
  absl::StatusOr<std::optional<T>> SelectValue(const Parameters&... parameters) {
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, Select(parameters...));
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    std::optional<T> value;
    if (found) BERTHMASTER_RETURN_IF_ERROR(query.Read(value));
    return value;
  }

  // How many rows the last Run changed.
  int64_t changed_count() const;
  // The rowid of the last INSERT on this connection.
  int64_t inserted_id() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  template <typename... Parameters>
  absl::Status BindAll(const Parameters&... parameters) {
    index_ = 0;
    absl::Status status;
    ((status.ok() ? (void)(status = BindNext(parameters)) : (void)0), ...);
    return status;
  }
  template <typename T>
  absl::Status BindNext(const std::optional<T>& value) {
    return value.has_value() ? BindNext(*value) : BindNull();
  }
  template <typename T, std::enable_if_t<std::is_enum_v<T>, bool> = true>
  absl::Status BindNext(const T& value) {
    return BindNext(static_cast<int64_t>(value));
  }
  template <typename T, std::enable_if_t<std::is_same_v<T, bool>, bool> = true>
  absl::Status BindNext(const T& value) {
    return BindNext(static_cast<int64_t>(value));
  }
  absl::Status BindNext(int32_t value);
  absl::Status BindNext(int64_t value);
  absl::Status BindNext(uint64_t value);
  absl::Status BindNext(uint16_t value);
  absl::Status BindNext(double value);
  absl::Status BindNext(absl::string_view value);
  absl::Status BindNext(absl::Time value);
  absl::Status BindNext(absl::Duration value);
  absl::Status BindNext(const IpAddress& value);
  absl::Status BindNext(const Labels& value);
  absl::Status BindNext(const Blob& value);
  absl::Status BindNull();
  absl::Status Bound(int result) const;

  absl::Status RunToEnd();

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int index_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_STATEMENT_H_
