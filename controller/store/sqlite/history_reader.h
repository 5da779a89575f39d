#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_READER_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/store/history_store.h"

namespace berthmaster {

class HistoryConnection;

// Reads the file that SqliteHistoryWriter has made, while that one writes. Any thread; each call
// has a read-only connection to itself, and waits for one while all are taken.
class SqliteHistoryReader final : public HistoryReader {
 public:
  // Errors are those of SqliteStatus.
  static absl::StatusOr<std::unique_ptr<SqliteHistoryReader>> Open(const std::string& path);
  ~SqliteHistoryReader() override;

  absl::StatusOr<PoolHistory> ReadPool(absl::string_view pool_name, absl::Time start,
                                       absl::Time end, int points_max) override;
  absl::StatusOr<int64_t> CountSamples(absl::string_view host_id, int64_t epoch) override;

 private:
  class Lease;
  explicit SqliteHistoryReader(std::vector<std::unique_ptr<HistoryConnection>> connections);
  std::unique_ptr<HistoryConnection> Take();
  void GiveBack(std::unique_ptr<HistoryConnection> connection);

  absl::Mutex mutex_;
  std::vector<std::unique_ptr<HistoryConnection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_READER_H_
