#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_SILENCE_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_SILENCE_ROWS_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// Silences. The database must outlive it.
class SilenceRows {
 public:
  static absl::StatusOr<SilenceRows> Prepare(const Database& database);

  absl::Status Put(const Silence& silence) { return silences_.Replace(silence); }
  // The `count_max` that expire last, by their ids.
  absl::StatusOr<std::vector<Silence>> Load(int count_max) { return silences_.Load(count_max); }

 private:
  explicit SilenceRows(ParentTable<Silence> silences) : silences_(std::move(silences)) {}

  ParentTable<Silence> silences_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_SILENCE_ROWS_H_
