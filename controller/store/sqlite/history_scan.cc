#include "controller/store/sqlite/history_scan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/history_schema.h"
#include "controller/store/sqlite/sqlite_status.h"
#include "controller/store/sqlite/transaction.h"

namespace berthmaster {
namespace {

// What lies between "hosts/web-1/netns/" and this begins with it: '0' follows '/'.
std::string AfterNetnsNames(absl::string_view host_id) {
  return absl::StrCat(HostName(host_id), "/netns0");
}
std::string BeforeNetnsNames(absl::string_view host_id) {
  return absl::StrCat(HostName(host_id), "/netns/");
}

NetnsSample& NetnsAt(std::map<int64_t, HostSample>& samples, const NetnsValues& values,
                     uint64_t cookie) {
  HostSample& sample = samples[values.sample_time_us];
  sample.sample_time = absl::FromUnixMicros(values.sample_time_us);
  NetnsSample& netns = sample.namespaces.emplace_back();
  netns.cookie = cookie;
  netns.label = absl::StrCat("netns ", cookie);
  netns.tcp_in_use = static_cast<int32_t>(values.tcp_in_use);
  netns.time_wait = static_cast<int32_t>(values.time_wait);
  netns.time_wait_overflow_count = values.time_wait_overflow_count;
  return netns;
}

void AddPool(const PoolId& id, const PoolValues& values, NetnsSample& netns) {
  PoolSample& pool = netns.pools.emplace_back();
  pool.kind = id.kind;
  pool.key = id.key;
  pool.capacity = values.capacity;
  pool.in_use = values.in_use;
  pool.reusable = values.reusable;
  pool.states[TcpState::kTimeWait] = values.time_wait;
  pool.states[TcpState::kEstablished] = values.established;
  pool.connection_rate = values.connection_rate;
}

absl::Status CheckFile(const Database& database, const std::string& path) {
  const Schema schema = HistorySchema();
  BERTHMASTER_ASSIGN_OR_RETURN(Statement id, database.Prepare("PRAGMA application_id"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement version, database.Prepare("PRAGMA user_version"));
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> is_id, id.SelectValue<int64_t>());
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> is_version, version.SelectValue<int64_t>());
  if (is_id != schema.application_id) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is no history of berthmaster-controller"));
  }
  if (is_version != schema.version()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " has schema version ", *is_version, " and this program reads ", schema.version(),
        ": replay it with the release of the controller that works on it"));
  }
  return absl::OkStatus();
}

}  // namespace

SqliteHistoryScan::SqliteHistoryScan(Database database, Statements statements)
    : database_(std::move(database)), statements_(std::move(statements)) {}

absl::StatusOr<std::unique_ptr<SqliteHistoryScan>> SqliteHistoryScan::Open(
    const std::string& path) {
  BERTHMASTER_ASSIGN_OR_RETURN(Database database, Database::Open(path, Database::Mode::kReadOnly));
  BERTHMASTER_RETURN_IF_ERROR(CheckFile(database, path));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement hosts, database.Prepare("SELECT DISTINCT host_id FROM stream ORDER BY host_id"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement namespaces,
      database.Prepare("SELECT id, name FROM netns WHERE name > ? AND name < ? ORDER BY id"));
  // A block that began before may hold the first one.
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement first_block,
      database.Prepare("SELECT min(start_time) FROM block WHERE netns_id = ? AND end_time >= ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement first_recent,
                               database.Prepare("SELECT min(sample_time) FROM recent "
                                                "WHERE netns_id = ? AND sample_time >= ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement pools,
                               database.Prepare("SELECT id, name FROM pool WHERE netns_id = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement blocks,
                               database.Prepare("SELECT id, samples FROM block WHERE netns_id = ? "
                                                "AND start_time < ? AND end_time >= ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement pool_blocks,
      database.Prepare("SELECT block_id, points FROM pool_block WHERE pool_id = ? "
                       "AND start_time < ? AND end_time >= ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement recent,
      database.Prepare("SELECT sample_time, tcp_in_use, time_wait, time_wait_overflow_count, pools "
                       "FROM recent WHERE netns_id = ? AND sample_time < ? AND sample_time >= ?"));
  return std::unique_ptr<SqliteHistoryScan>(new SqliteHistoryScan(
      std::move(database),
      {std::move(hosts), std::move(namespaces), std::move(first_block), std::move(first_recent),
       std::move(pools), std::move(blocks), std::move(pool_blocks), std::move(recent)}));
}

absl::StatusOr<std::vector<std::string>> SqliteHistoryScan::ListHosts() {
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.hosts.Select());
  std::vector<std::string> hosts;
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return hosts;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(hosts.emplace_back()));
  }
}

absl::StatusOr<std::vector<SqliteHistoryScan::Netns>> SqliteHistoryScan::NamespacesOf(
    absl::string_view host_id) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      Query query,
      statements_.namespaces.Select(BeforeNetnsNames(host_id), AfterNetnsNames(host_id)));
  std::vector<Netns> namespaces;
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return namespaces;
    Netns& netns = namespaces.emplace_back();
    std::string name;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(netns.id, name));
    BERTHMASTER_ASSIGN_OR_RETURN(NetnsNameParts parts, ParseNetnsName(name));
    netns.cookie = parts.netns_cookie;
  }
}

absl::StatusOr<std::map<int64_t, PoolId>> SqliteHistoryScan::PoolsOf(const Netns& netns) {
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.pools.Select(netns.id));
  std::map<int64_t, PoolId> pools;
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return pools;
    int64_t id = 0;
    std::string name;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(id, name));
    // A kind of a later version has no place here.
    absl::StatusOr<PoolId> pool = ParsePoolId(absl::string_view(name).substr(name.rfind('/') + 1));
    if (pool.ok()) pools[id] = *pool;
  }
}

absl::StatusOr<std::optional<absl::Time>> SqliteHistoryScan::FirstSampleTime(
    absl::string_view host_id, absl::Time from) {
  BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginRead(database_));
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Netns> namespaces, NamespacesOf(host_id));
  std::optional<absl::Time> first;
  for (const Netns& netns : namespaces) {
    for (Statement* statement : {&statements_.first_block, &statements_.first_recent}) {
      BERTHMASTER_ASSIGN_OR_RETURN(std::optional<absl::Time> time,
                                   statement->SelectValue<absl::Time>(netns.id, from));
      if (!time.has_value()) continue;
      const absl::Time at = std::max(*time, from);
      if (!first.has_value() || at < *first) first = at;
    }
  }
  return first;
}

absl::StatusOr<std::vector<HostSample>> SqliteHistoryScan::Read(absl::string_view host_id,
                                                                absl::Time start, absl::Time end) {
  // Between two statements the writer may compact.
  BERTHMASTER_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginRead(database_));
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Netns> namespaces, NamespacesOf(host_id));
  SamplesByTime by_time;
  for (const Netns& netns : namespaces) {
    BERTHMASTER_ASSIGN_OR_RETURN(const auto pools, PoolsOf(netns));
    BERTHMASTER_RETURN_IF_ERROR(AddBlocks(netns, pools, start, end, by_time));
    BERTHMASTER_RETURN_IF_ERROR(AddRecent(netns, pools, start, end, by_time));
  }
  std::vector<HostSample> samples;
  samples.reserve(by_time.size());
  for (auto& entry : by_time) {
    samples.push_back(std::move(entry.second));
    samples.back().sequence = static_cast<int64_t>(samples.size());
  }
  return samples;
}

absl::Status SqliteHistoryScan::AddBlocks(const Netns& netns,
                                          const std::map<int64_t, PoolId>& pools, absl::Time start,
                                          absl::Time end, SamplesByTime& samples) {
  // Which namespace, in which sample, each entry of a block is; nothing outside of the time.
  std::map<int64_t, std::vector<std::optional<std::pair<int64_t, size_t>>>> blocks;
  {
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.blocks.Select(netns.id, end, start));
    while (true) {
      BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
      if (!found) break;
      int64_t block_id = 0;
      Blob bytes;
      BERTHMASTER_RETURN_IF_ERROR(query.Read(block_id, bytes));
      const std::optional<std::vector<NetnsValues>> values = DecodeSamples(bytes.bytes);
      if (!values.has_value()) return Damaged(netns);
      for (const NetnsValues& one : *values) {
        auto& place = blocks[block_id].emplace_back();
        const absl::Time time = absl::FromUnixMicros(one.sample_time_us);
        if (time < start || time >= end) continue;
        NetnsAt(samples, one, netns.cookie);
        place.emplace(one.sample_time_us, samples[one.sample_time_us].namespaces.size() - 1);
      }
    }
  }
  for (const auto& [pool_id, id] : pools) {
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.pool_blocks.Select(pool_id, end, start));
    while (true) {
      BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
      if (!found) break;
      int64_t block_id = 0;
      Blob bytes;
      BERTHMASTER_RETURN_IF_ERROR(query.Read(block_id, bytes));
      const std::optional<std::vector<BlockPoint>> points = DecodePoints(bytes.bytes);
      const auto block = blocks.find(block_id);
      if (!points.has_value() || block == blocks.end()) return Damaged(netns);
      for (const BlockPoint& point : *points) {
        if (point.sample < 0 || point.sample >= static_cast<int64_t>(block->second.size())) {
          return Damaged(netns);
        }
        const auto& place = block->second[static_cast<size_t>(point.sample)];
        if (!place.has_value()) continue;
        AddPool(id, point.values, samples[place->first].namespaces[place->second]);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteHistoryScan::AddRecent(const Netns& netns,
                                          const std::map<int64_t, PoolId>& pools, absl::Time start,
                                          absl::Time end, SamplesByTime& samples) {
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.recent.Select(netns.id, end, start));
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return absl::OkStatus();
    NetnsValues values;
    Blob bytes;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(values.sample_time_us, values.tcp_in_use,
                                           values.time_wait, values.time_wait_overflow_count,
                                           bytes));
    const std::optional<std::vector<PoolValues>> decoded = DecodePools(bytes.bytes);
    if (!decoded.has_value()) return Damaged(netns);
    NetnsSample& sample = NetnsAt(samples, values, netns.cookie);
    for (const PoolValues& pool : *decoded) {
      const auto id = pools.find(pool.pool_id);
      if (id != pools.end()) AddPool(id->second, pool, sample);
    }
  }
}

absl::Status SqliteHistoryScan::Damaged(const Netns& netns) const {
  return DamagedError(database_.path(), absl::StrCat("samples of network namespace ", netns.id));
}

}  // namespace berthmaster
