#include "agent/collect/netns_sampler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/pool_aggregator.h"
#include "agent/collect/pool_sample.h"
#include "common/forecast/reuse.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

// A dump that the kernel cut short is tried once more; a kernel that does so twice is too busy to
// be asked again now.
constexpr int kDumpTriesMax = 2;

// Whether there are too few mini-sockets to matter against tcp_max_tw_buckets.
bool IsTableQuiet(const SockstatCounts& counts, const NetnsFacts& facts) {
  auto found = facts.sysctls.find(std::string(kTimeWaitBucketsSysctl));
  int64_t buckets = 0;
  if (found == facts.sysctls.end() || !absl::SimpleAtoi(found->second, &buckets) || buckets < 0) {
    return true;
  }
  return counts.time_wait <= kQuietShare * static_cast<double>(buckets);
}

absl::StatusOr<NetnsCounts> CountSockets(const NetnsEntry& netns, const NetnsFacts& facts,
                                         const PortSpace& space, const PortSet& recent_listen_ports,
                                         SocketDump& dump) {
  absl::Status status;
  for (int tries = 0; tries < kDumpTriesMax; ++tries) {
    PoolAggregator aggregator(space, facts.sysctls, recent_listen_ports);
    status = dump.Visit(netns, [&aggregator](const SocketRow& row) { aggregator.Visit(row); });
    if (status.ok()) return aggregator.Finish();
    if (!absl::IsUnavailable(status)) break;
  }
  return status;
}

}  // namespace

absl::StatusOr<NetnsSample> NetnsSampler::Sample(const NetnsEntry& netns, absl::Duration now,
                                                 NetnsFactsReader& reader, SocketDump& dump) {
  BERTHMASTER_ASSIGN_OR_RETURN(const SockstatCounts counts, reader.ReadCounts(netns));
  if (!known_.has_value() || IsBusy(counts) || now - known_->time >= kQuietInterval) {
    BERTHMASTER_RETURN_IF_ERROR(ReadFacts(netns, now, reader));
  }
  if (IsDumpDue(counts, now)) {
    BERTHMASTER_RETURN_IF_ERROR(Dump(netns, now, dump));
    last_dump_ = {counts, known_->facts.sysctls, now};
  }
  NetnsSample sample = last_;
  sample.cookie = netns.id.cookie;
  sample.inode = netns.id.inode;
  sample.label = netns.label;
  sample.labels = netns.labels;
  sample.sysctls = known_->facts.sysctls;
  sample.tcp_in_use = counts.tcp_in_use;
  sample.time_wait = counts.time_wait;
  sample.time_wait_overflow_count = known_->facts.time_wait_overflow_count;
  if (last_sample_.has_value()) sample.sample_interval = now - *last_sample_;
  sample.limitations.insert(sample.limitations.end(), known_->facts.limitations.begin(),
                            known_->facts.limitations.end());
  last_sample_ = now;
  return sample;
}

bool NetnsSampler::IsBusy(const SockstatCounts& counts) const {
  const double sockets = static_cast<double>(counts.tcp_in_use) + counts.time_wait;
  return sockets > kQuietShare * known_->space.Capacity(0) || !IsTableQuiet(counts, known_->facts);
}

absl::Status NetnsSampler::ReadFacts(const NetnsEntry& netns, absl::Duration now,
                                     NetnsFactsReader& reader) {
  BERTHMASTER_ASSIGN_OR_RETURN(NetnsFacts facts, reader.ReadFacts(netns));
  BERTHMASTER_ASSIGN_OR_RETURN(PortSpace space, ReadPortSpace(facts.sysctls));
  known_ = {std::move(facts), space, now};
  return absl::OkStatus();
}

bool NetnsSampler::IsDumpDue(const SockstatCounts& counts, absl::Duration now) const {
  if (!last_dump_.has_value() || known_->facts.sysctls != last_dump_->sysctls) return true;
  if (IsBusy(counts)) {
    return is_close() || IsRising(counts) ||
           now - last_dump_->time >= kIntervalSlack * sample_interval_;
  }
  const absl::Duration interval =
      counts == last_dump_->counts ? kUnchangedInterval : kQuietInterval;
  return now - last_dump_->time >= interval;
}

bool NetnsSampler::IsRising(const SockstatCounts& counts) const {
  // One that could not be dumped is tried again at the next sample, and not for its own sake.
  if (!last_dump_.has_value() || !IsBusy(counts)) return false;
  const SockstatCounts& before = last_dump_->counts;
  const double risen = static_cast<double>(counts.tcp_in_use) + counts.time_wait -
                       before.tcp_in_use - before.time_wait;
  return risen >= kRiseShare * known_->space.Capacity(0);
}

absl::Status NetnsSampler::Dump(const NetnsEntry& netns, absl::Duration now, SocketDump& dump) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      const NetnsCounts counts,
      CountSockets(netns, known_->facts, known_->space, listeners_.RecentPorts(now), dump));
  listeners_.Update(now, counts.listening_ports);
  last_ = NetnsSample();
  last_.listening_ports_in_range.assign(counts.listening_ports.begin(),
                                        counts.listening_ports.end());
  SetPools(counts, now);
  exhaustion_.Update(MeasureNearness(last_.pools, known_->facts.sysctls), now);
  return absl::OkStatus();
}

void NetnsSampler::SetPools(const NetnsCounts& counts, absl::Duration now) {
  const std::map<std::string, std::string>& sysctls = known_->facts.sysctls;
  const int32_t capacity = known_->space.Capacity(counts.blocked);
  absl::flat_hash_map<RawPoolKey, LiveHistory> histories_before = std::move(histories_);
  histories_.clear();
  for (uint32_t position : NearestToExhaustion(counts.pools, kPoolsPerNetnsMax)) {
    const PoolCounts& pool_counts = counts.pools[position];
    PoolSample& pool =
        last_.pools.emplace_back(MakeConnectPool(pool_counts, capacity, counts.blocked));
    LiveHistory& history = histories_[pool_counts.key];
    auto before = histories_before.find(pool_counts.key);
    if (before != histories_before.end()) {
      history = before->second;
    } else if (last_dump_.has_value() && histories_are_whole_) {
      // A pool that the last dump did not have had no socket then.
      history.Add(last_dump_->time, 0, std::nullopt);
    }
    SetRates(pool_counts, ReuseDelay(sysctls, pool.key), now, pool);
  }
  const size_t left_out = counts.pools.size() - last_.pools.size();
  histories_are_whole_ = left_out == 0 && counts.untracked_sockets == 0;
  if (left_out > 0) {
    last_.limitations.push_back(absl::StrCat(
        left_out, " connect pools with the lowest utilization are left out; a sample has at most ",
        kPoolsPerNetnsMax, " of a namespace"));
  }
  if (counts.untracked_sockets > 0) {
    last_.limitations.push_back(absl::StrCat(counts.untracked_sockets,
                                             " sockets belong to connect pools beyond the first ",
                                             kPoolsTrackedMax, " and are not counted"));
  }
  std::optional<PoolSample> table = MakeTimeWaitTable(counts.time_wait_table, sysctls);
  if (table.has_value()) last_.pools.push_back(*std::move(table));
}

void NetnsSampler::SetRates(const PoolCounts& counts, std::optional<absl::Duration> reuse_delay,
                            absl::Duration now, PoolSample& pool) {
  LiveHistory& history = histories_[counts.key];
  const double fresh_rate = TimeWaitRate(counts.releases, reuse_delay);
  // Where only the youngest second counts, several dumps make up for the short span.
  const double time_wait_rate =
      reuse_delay.has_value() ? history.MeanTimeWaitRate(now, fresh_rate) : fresh_rate;
  const std::optional<double> live_rate = history.LiveRate(now, counts.live());
  history.Add(now, counts.live(), fresh_rate);

  pool.time_wait_rate = time_wait_rate;
  if (live_rate.has_value()) {
    pool.connection_rate = std::max(0.0, time_wait_rate + *live_rate);
  } else if (counts.states[TcpState::kTimeWait] > 0) {
    pool.connection_rate = time_wait_rate;
  }
  if (time_wait_rate > 0) pool.hold_time = absl::Seconds(counts.live() / time_wait_rate);
}

}  // namespace berthmaster
