#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_CONNECTION_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/store/history_store.h"
#include "controller/store/sqlite/database.h"
#include "controller/store/sqlite/history_codec.h"
#include "controller/store/thinning.h"

namespace berthmaster {

// One read-only connection to history.db with its statements. One thread at a time.
class HistoryConnection {
 public:
  // Errors are those of SqliteStatus.
  static absl::StatusOr<std::unique_ptr<HistoryConnection>> Open(const std::string& path);

  // As HistoryReader says.
  absl::StatusOr<PoolHistory> ReadPool(absl::string_view pool_name, absl::Time start,
                                       absl::Time end, int points_max);
  absl::StatusOr<int64_t> CountSamples(absl::string_view host_id, int64_t epoch);

 private:
  struct Statements {
    Statement find_pool;
    Statement first;
    Statement last;
    Statement blocks;
    Statement recent;
    Statement count;
  };
  // What is asked for.
  struct Range {
    int64_t pool_id = 0;
    int64_t netns_id = 0;
    absl::Time start;
    absl::Time end;
  };

  HistoryConnection(Database database, Statements statements);
  absl::Status AddBlocks(const Range& range, Thinning& thinning);
  absl::Status AddRecent(const Range& range, Thinning& thinning);
  absl::Status AddBlock(const Range& range, absl::string_view samples, absl::string_view points,
                        Thinning& thinning) const;
  absl::Status Damaged(const Range& range) const;

  // First, so that it outlives the statements.
  Database database_;
  Statements statements_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_CONNECTION_H_
