#include "controller/store/sqlite/series_ids.h"

#include <optional>

#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "controller/model/names.h"

namespace berthmaster {
namespace {

// 15,000 agents with 30 pools each, the bar of the design; about 60 bytes an entry. When it is
// full it starts afresh, which costs one look-up per pool.
constexpr size_t kPoolIdsMax = 500'000;
constexpr size_t kNetnsIdsMax = 200'000;

void Forget(const absl::flat_hash_set<int64_t>& ids, auto& known) {
  if (ids.empty()) return;
  absl::erase_if(known, [&ids](const auto& entry) { return ids.contains(entry.second); });
}

}  // namespace

SeriesIds::SeriesIds(NameTable netns, NameTable pool)
    : netns_(std::move(netns)), pool_(std::move(pool)) {}

absl::StatusOr<SeriesIds> SeriesIds::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(Statement find_netns,
                               database.Prepare("SELECT id FROM netns WHERE name = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement insert_netns,
                               database.Prepare("INSERT INTO netns (name) VALUES (?)"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement find_pool,
                               database.Prepare("SELECT id FROM pool WHERE name = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement insert_pool,
                               database.Prepare("INSERT INTO pool (name, netns_id) VALUES (?, ?)"));
  return SeriesIds({std::move(find_netns), std::move(insert_netns)},
                   {std::move(find_pool), std::move(insert_pool)});
}

template <typename... Columns>
absl::StatusOr<int64_t> SeriesIds::FindOrInsert(NameTable& table, absl::string_view name,
                                                const Columns&... columns) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> found, table.find.SelectValue<int64_t>(name));
  if (found.has_value()) return *found;
  BERTHMASTER_RETURN_IF_ERROR(table.insert.Run(name, columns...));
  return table.insert.inserted_id();
}

absl::StatusOr<int64_t> SeriesIds::NetnsId(const std::string& host_id, uint64_t netns_cookie) {
  NetnsKey key(host_id, netns_cookie);
  if (auto known = netns_ids_.find(key); known != netns_ids_.end()) return known->second;
  BERTHMASTER_ASSIGN_OR_RETURN(int64_t id, FindOrInsert(netns_, NetnsName(host_id, netns_cookie)));
  if (netns_ids_.size() >= kNetnsIdsMax) netns_ids_.clear();
  netns_ids_.emplace(std::move(key), id);
  return id;
}

absl::StatusOr<int64_t> SeriesIds::PoolId(const std::string& host_id, uint64_t netns_cookie,
                                          int64_t netns_id, const PoolSample& pool) {
  SeriesKey key{netns_id, pool.kind, pool.key};
  if (auto known = pool_ids_.find(key); known != pool_ids_.end()) return known->second;
  BERTHMASTER_ASSIGN_OR_RETURN(
      int64_t id, FindOrInsert(pool_, PoolName(host_id, netns_cookie, pool), netns_id));
  if (pool_ids_.size() >= kPoolIdsMax) pool_ids_.clear();
  pool_ids_.emplace(key, id);
  return id;
}

void SeriesIds::Clear() {
  netns_ids_.clear();
  pool_ids_.clear();
}

void SeriesIds::ForgetNetns(const absl::flat_hash_set<int64_t>& ids) {
  Forget(ids, netns_ids_);
  // A later namespace may get the number of one that is gone.
  if (ids.empty()) return;
  absl::erase_if(pool_ids_,
                 [&ids](const auto& entry) { return ids.contains(entry.first.netns_id); });
}

void SeriesIds::ForgetPools(const absl::flat_hash_set<int64_t>& ids) { Forget(ids, pool_ids_); }

}  // namespace berthmaster
