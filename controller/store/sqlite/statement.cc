#include "controller/store/sqlite/statement.h"

#include <sqlite3.h>

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controller/store/sqlite/sqlite_status.h"

namespace berthmaster {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

sqlite3* DatabaseOf(sqlite3_stmt* statement) { return sqlite3_db_handle(statement); }

}  // namespace

Query::Query(Query&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), column_(other.column_) {}

Query::~Query() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

absl::StatusOr<bool> Query::Next() {
  int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return SqliteStatus(DatabaseOf(statement_), result);
}

bool Query::IsNull() const { return sqlite3_column_type(statement_, column_) == SQLITE_NULL; }

absl::Status Query::WrongValue() const {
  return DamagedError(sqlite3_db_filename(DatabaseOf(statement_), "main"),
                      absl::StrCat("a value of column ", column_, " of ", sqlite3_sql(statement_),
                                   " is out of range"));
}

absl::Status Query::ReadInteger(int64_t min, int64_t max, int64_t& value) {
  if (sqlite3_column_type(statement_, column_) != SQLITE_INTEGER) return WrongValue();
  value = sqlite3_column_int64(statement_, column_);
  if (value < min || value > max) return WrongValue();
  ++column_;
  return absl::OkStatus();
}

absl::Status Query::ReadNext(int32_t& value) {
  int64_t number = 0;
  BERTHMASTER_RETURN_IF_ERROR(ReadInteger(std::numeric_limits<int32_t>::min(),
                                          std::numeric_limits<int32_t>::max(), number));
  value = static_cast<int32_t>(number);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(int64_t& value) { return ReadInteger(kMin, kMax, value); }

absl::Status Query::ReadNext(uint64_t& value) {
  int64_t number = 0;
  BERTHMASTER_RETURN_IF_ERROR(ReadInteger(kMin, kMax, number));
  value = static_cast<uint64_t>(number);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(uint16_t& value) {
  int64_t number = 0;
  BERTHMASTER_RETURN_IF_ERROR(ReadInteger(0, std::numeric_limits<uint16_t>::max(), number));
  value = static_cast<uint16_t>(number);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(double& value) {
  int type = sqlite3_column_type(statement_, column_);
  if (type != SQLITE_FLOAT && type != SQLITE_INTEGER) return WrongValue();
  value = sqlite3_column_double(statement_, column_++);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(std::string& value) {
  if (sqlite3_column_type(statement_, column_) != SQLITE_TEXT) return WrongValue();
  const unsigned char* text = sqlite3_column_text(statement_, column_);
  auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column_));
  if (text == nullptr) return SqliteStatus(DatabaseOf(statement_), SQLITE_NOMEM);
  value.assign(reinterpret_cast<const char*>(text), size);
  ++column_;
  return absl::OkStatus();
}

absl::Status Query::ReadNext(absl::Time& value) {
  int64_t micros = 0;
  BERTHMASTER_RETURN_IF_ERROR(ReadInteger(kMin, kMax, micros));
  value = micros == kMin   ? absl::InfinitePast()
          : micros == kMax ? absl::InfiniteFuture()
                           : absl::FromUnixMicros(micros);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(absl::Duration& value) {
  int64_t micros = 0;
  BERTHMASTER_RETURN_IF_ERROR(ReadInteger(kMin, kMax, micros));
  value = micros == kMin   ? -absl::InfiniteDuration()
          : micros == kMax ? absl::InfiniteDuration()
                           : absl::Microseconds(micros);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(IpAddress& value) {
  std::string text;
  BERTHMASTER_RETURN_IF_ERROR(ReadNext(text));
  absl::StatusOr<IpAddress> address = IpAddress::Parse(text);
  if (!address.ok()) return WrongValue();
  value = *address;
  return absl::OkStatus();
}

absl::Status Query::ReadNext(Labels& value) {
  std::string text;
  BERTHMASTER_RETURN_IF_ERROR(ReadNext(text));
  absl::StatusOr<Labels> labels = ParseLabelsText(text);
  if (!labels.ok()) return WrongValue();
  value = *std::move(labels);
  return absl::OkStatus();
}

absl::Status Query::ReadNext(Blob& value) {
  if (sqlite3_column_type(statement_, column_) != SQLITE_BLOB) return WrongValue();
  const void* bytes = sqlite3_column_blob(statement_, column_);
  auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column_));
  value.bytes.assign(static_cast<const char*>(bytes), bytes == nullptr ? 0 : size);
  ++column_;
  return absl::OkStatus();
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

int64_t Statement::changed_count() const { return sqlite3_changes64(DatabaseOf(statement_.get())); }

int64_t Statement::inserted_id() const {
  return sqlite3_last_insert_rowid(DatabaseOf(statement_.get()));
}

absl::Status Statement::Bound(int result) const {
  return SqliteStatus(DatabaseOf(statement_.get()), result);
}

absl::Status Statement::BindNext(int32_t value) { return BindNext(static_cast<int64_t>(value)); }

absl::Status Statement::BindNext(int64_t value) {
  return Bound(sqlite3_bind_int64(statement_.get(), ++index_, value));
}

absl::Status Statement::BindNext(uint64_t value) { return BindNext(static_cast<int64_t>(value)); }

absl::Status Statement::BindNext(uint16_t value) { return BindNext(static_cast<int64_t>(value)); }

absl::Status Statement::BindNext(double value) {
  if (std::isnan(value)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "parameter ", index_ + 1, " of ", sqlite3_sql(statement_.get()), " is not a number"));
  }
  return Bound(sqlite3_bind_double(statement_.get(), ++index_, value));
}

absl::Status Statement::BindNext(absl::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.empty() ? "" : value.data();
  return Bound(sqlite3_bind_text64(statement_.get(), ++index_, data, value.size(), SQLITE_TRANSIENT,
                                   SQLITE_UTF8));
}

absl::Status Statement::BindNext(absl::Time value) {
  return BindNext(value == absl::InfinitePast()     ? kMin
                  : value == absl::InfiniteFuture() ? kMax
                                                    : absl::ToUnixMicros(value));
}

absl::Status Statement::BindNext(absl::Duration value) {
  return BindNext(absl::ToInt64Microseconds(value));
}

absl::Status Statement::BindNext(const IpAddress& value) {
  return BindNext(absl::string_view(value.ToString()));
}

absl::Status Statement::BindNext(const Labels& value) {
  return BindNext(absl::string_view(LabelsText(value)));
}

absl::Status Statement::BindNext(const Blob& value) {
  return Bound(sqlite3_bind_blob64(statement_.get(), ++index_, value.bytes.data(),
                                   value.bytes.size(), SQLITE_TRANSIENT));
}

absl::Status Statement::BindNull() { return Bound(sqlite3_bind_null(statement_.get(), ++index_)); }

absl::Status Statement::RunToEnd() {
  int result = sqlite3_step(statement_.get());
  while (result == SQLITE_ROW) result = sqlite3_step(statement_.get());
  // The error text is that of the step, so it is taken before the reset.
  absl::Status status = SqliteStatus(DatabaseOf(statement_.get()), result);
  sqlite3_reset(statement_.get());
  return status;
}

}  // namespace berthmaster
