#include "controller/store/sqlite/history_reader.h"

#include <utility>

#include "common/status/annotate.h"
#include "controller/store/sqlite/history_connection.h"

namespace berthmaster {
namespace {

// More would only wait for the same two or four cores.
constexpr int kConnectionCount = 4;

}  // namespace

// A connection for the length of one call.
class SqliteHistoryReader::Lease {
 public:
  explicit Lease(SqliteHistoryReader& reader) : reader_(reader), connection_(reader.Take()) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { reader_.GiveBack(std::move(connection_)); }
  HistoryConnection* operator->() const { return connection_.get(); }

 private:
  SqliteHistoryReader& reader_;
  std::unique_ptr<HistoryConnection> connection_;
};

SqliteHistoryReader::SqliteHistoryReader(
    std::vector<std::unique_ptr<HistoryConnection>> connections)
    : idle_(std::move(connections)) {}
SqliteHistoryReader::~SqliteHistoryReader() = default;

absl::StatusOr<std::unique_ptr<SqliteHistoryReader>> SqliteHistoryReader::Open(
    const std::string& path) {
  std::vector<std::unique_ptr<HistoryConnection>> connections;
  for (int i = 0; i < kConnectionCount; ++i) {
    BERTHMASTER_ASSIGN_OR_RETURN(std::unique_ptr<HistoryConnection> connection,
                                 HistoryConnection::Open(path));
    connections.push_back(std::move(connection));
  }
  return std::unique_ptr<SqliteHistoryReader>(new SqliteHistoryReader(std::move(connections)));
}

std::unique_ptr<HistoryConnection> SqliteHistoryReader::Take() {
  auto has_idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !idle_.empty(); };
  absl::MutexLock lock(&mutex_, absl::Condition(&has_idle));
  std::unique_ptr<HistoryConnection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void SqliteHistoryReader::GiveBack(std::unique_ptr<HistoryConnection> connection) {
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::move(connection));
}

absl::StatusOr<PoolHistory> SqliteHistoryReader::ReadPool(absl::string_view pool_name,
                                                          absl::Time start, absl::Time end,
                                                          int points_max) {
  return Lease(*this)->ReadPool(pool_name, start, end, points_max);
}

absl::StatusOr<int64_t> SqliteHistoryReader::CountSamples(absl::string_view host_id,
                                                          int64_t epoch) {
  return Lease(*this)->CountSamples(host_id, epoch);
}

}  // namespace berthmaster
