#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_SCAN_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_SCAN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/store/sqlite/database.h"
#include "controller/store/sqlite/history_codec.h"
#include "controller/store/sqlite/statement.h"

namespace berthmaster {

// Reads history.db back as samples, whole hosts at a time, beside a controller that may be writing.
// What was not kept is absent: of a pool there are its capacity, in use, reusable, TIME_WAIT,
// ESTABLISHED and connection rate; of a namespace its cookie, counts and overflows. One thread;
// calls block on the disk.
class SqliteHistoryScan {
 public:
  // NOT_FOUND when the file is not there, FAILED_PRECONDITION for a newer version's or another
  // program's; else the errors of SqliteStatus.
  static absl::StatusOr<std::unique_ptr<SqliteHistoryScan>> Open(const std::string& path);

  // Every host that ever committed a sample, sorted.
  absl::StatusOr<std::vector<std::string>> ListHosts();

  // The time of the host's first sample at `from` or later; nothing when there is none.
  absl::StatusOr<std::optional<absl::Time>> FirstSampleTime(absl::string_view host_id,
                                                            absl::Time from);

  // The samples with start <= sample time < end, oldest first, numbered from 1; one for each time
  // that a namespace of the host was recorded at. Holds all of them in memory, so ask for minutes.
  absl::StatusOr<std::vector<HostSample>> Read(absl::string_view host_id, absl::Time start,
                                               absl::Time end);

 private:
  struct Statements {
    Statement hosts;
    Statement namespaces;
    Statement first_block;
    Statement first_recent;
    Statement pools;
    Statement blocks;
    Statement pool_blocks;
    Statement recent;
  };
  struct Netns {
    int64_t id = 0;
    uint64_t cookie = 0;
  };
  // By sample time, in microseconds.
  using SamplesByTime = std::map<int64_t, HostSample>;

  SqliteHistoryScan(Database database, Statements statements);
  absl::StatusOr<std::vector<Netns>> NamespacesOf(absl::string_view host_id);
  absl::StatusOr<std::map<int64_t, PoolId>> PoolsOf(const Netns& netns);
  absl::Status AddBlocks(const Netns& netns, const std::map<int64_t, PoolId>& pools,
                         absl::Time start, absl::Time end, SamplesByTime& samples);
  absl::Status AddRecent(const Netns& netns, const std::map<int64_t, PoolId>& pools,
                         absl::Time start, absl::Time end, SamplesByTime& samples);
  absl::Status Damaged(const Netns& netns) const;

  // First, so that it outlives the statements.
  Database database_;
  Statements statements_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_SCAN_H_
