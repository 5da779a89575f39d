#include "controller/store/sqlite/silence_rows.h"

namespace berthmaster {

absl::StatusOr<SilenceRows> SilenceRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto silences,
      ParentTable<Silence>::Prepare(
          database,
          "INSERT OR REPLACE INTO silence (id, selector, reason, creator, create_time, start_time, "
          "expire_time, end_time, ender, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT id, selector, reason, creator, create_time, start_time, expire_time, end_time, "
          "ender, revision FROM silence WHERE id IN (SELECT id FROM silence "
          "ORDER BY expire_time DESC, id DESC LIMIT ?) ORDER BY id"));
  return SilenceRows(std::move(silences));
}

}  // namespace berthmaster
