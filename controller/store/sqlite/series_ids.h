#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_SERIES_IDS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_SERIES_IDS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// The numbers that stand for the names of pools and namespaces in history.db, remembered so that a
// sample of a known pool costs no look-up. The database must outlive it. One thread.
class SeriesIds {
 public:
  static absl::StatusOr<SeriesIds> Prepare(const Database& database);

  // The id of the namespace, made when there is none. Within a write transaction.
  absl::StatusOr<int64_t> NetnsId(const std::string& host_id, uint64_t netns_cookie);
  // The id of a pool of the namespace that has `netns_id`, likewise.
  absl::StatusOr<int64_t> PoolId(const std::string& host_id, uint64_t netns_cookie,
                                 int64_t netns_id, const PoolSample& pool);

  // After a transaction that was not committed: forgets everything, since it may not be there.
  void Clear();
  // After these rows were deleted.
  void ForgetNetns(const absl::flat_hash_set<int64_t>& ids);
  void ForgetPools(const absl::flat_hash_set<int64_t>& ids);

 private:
  using NetnsKey = std::pair<std::string, uint64_t>;
  struct SeriesKey {
    int64_t netns_id = 0;
    PoolKind kind = PoolKind::kConnect;
    PoolKey key;
    friend bool operator==(const SeriesKey&, const SeriesKey&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const SeriesKey& k) {
      return H::combine(std::move(h), k.netns_id, k.kind, k.key);
    }
  };
  struct NameTable {
    Statement find;
    Statement insert;
  };

  SeriesIds(NameTable netns, NameTable pool);
  // `columns` are those of a new row beside the name.
  template <typename... Columns>
  static absl::StatusOr<int64_t> FindOrInsert(NameTable& table, absl::string_view name,
                                              const Columns&... columns);

  NameTable netns_;
  NameTable pool_;
  absl::flat_hash_map<NetnsKey, int64_t> netns_ids_;
  absl::flat_hash_map<SeriesKey, int64_t> pool_ids_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_SERIES_IDS_H_
