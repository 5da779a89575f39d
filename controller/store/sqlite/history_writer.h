#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_WRITER_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_WRITER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// For tests; production takes the defaults.
struct SqliteHistoryOptions {
  // The file may not grow above this many pages of 4 KiB: a disk that gets full.
  std::optional<int64_t> page_count_max;
};

// History in one SQLite file. One thread at a time, which owns the only writing connection; calls
// block on the disk.
class SqliteHistoryWriter final : public HistoryWriter {
 public:
  // Errors are those of OpenWithSchema.
  static absl::StatusOr<std::unique_ptr<SqliteHistoryWriter>> Open(
      const std::string& path, const SqliteHistoryOptions& options = {});
  ~SqliteHistoryWriter() override;

  absl::StatusOr<std::vector<HistoryStream>> LoadStreams() override;
  absl::Status Append(const std::vector<HistoryEntry>& entries) override;
  absl::StatusOr<bool> Prune(absl::Time oldest) override;

 private:
  struct Tables;
  explicit SqliteHistoryWriter(std::unique_ptr<Tables> tables);

  std::unique_ptr<Tables> tables_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_WRITER_H_
