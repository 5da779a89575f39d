#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_STREAMS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_STREAMS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/store/history_store.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// Which samples of which stream are committed: the guard against counting one twice. The database
// must outlive it. One thread.
class Streams {
 public:
  static absl::StatusOr<Streams> Prepare(const Database& database);

  // The newest stream of every host.
  absl::StatusOr<std::vector<HistoryStream>> Load();

  // Notes the sample as committed, unless its sequence is not above what is; then false. Within a
  // write transaction.
  absl::StatusOr<bool> Add(const HistoryEntry& entry);

  // After a transaction that was not committed: forgets everything it remembers of the file.
  void Clear() { known_.clear(); }
  // After these rows were deleted.
  void Forget(const absl::flat_hash_set<int64_t>& ids);

 private:
  struct Known {
    int64_t id = 0;
    int64_t committed_sequence = 0;
  };
  struct Statements {
    Statement load;
    Statement find;
    Statement insert;
    Statement update;
    Statement insert_sample;
  };

  Streams(Statements statements, int64_t commit_order);
  absl::StatusOr<Known*> FindOrInsert(const std::string& host_id, int64_t epoch);

  Statements statements_;
  // The highest ever given; gaps after a failed transaction do no harm.
  int64_t commit_order_;
  absl::flat_hash_map<std::pair<std::string, int64_t>, Known> known_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_STREAMS_H_
