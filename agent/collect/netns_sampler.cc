#include "agent/collect/netns_sampler.h"

#include <algorithm>
#include <utility>

#include "agent/collect/netns_load.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

void AddLimitation(const std::string& limitation, NetnsSample& sample) {
  if (!limitation.empty()) sample.limitations.push_back(limitation);
}

void AddPools(const std::vector<PoolSample>& pools, NetnsSample& sample) {
  sample.pools.insert(sample.pools.end(), pools.begin(), pools.end());
}

}  // namespace

void NetnsSampler::NoteActivity(const NetnsActivity& activity, absl::Duration now) {
  if (!traffic_.has_value()) traffic_.emplace();
  traffic_->Add(now, activity.pools, activity.is_traffic_whole);
  makers_.Add(now, activity.time_wait_makers);
  for (const FailedConnects& failed : activity.failures) failures_.Add(failed);
}

absl::StatusOr<NetnsSample> NetnsSampler::Sample(const NetnsEntry& netns, absl::Duration now,
                                                 const NetnsReaders& readers, size_t& inodes_left) {
  BERTHMASTER_ASSIGN_OR_RETURN(const SockstatCounts counts, readers.facts.ReadCounts(netns));
  if (is_reading_asked_ || IsReadingDue(counts, now, readers.busy_interval)) {
    BERTHMASTER_RETURN_IF_ERROR(ReadFacts(netns, counts, now, readers.facts));
    is_reading_asked_ = false;
  }
  last_.source = readers.dump.source();
  if (known_->space.has_value()) {
    if (IsDumpDue(counts, now, readers)) {
      BERTHMASTER_RETURN_IF_ERROR(Dump(netns, counts, now, readers, inodes_left));
    }
    udp_pools_.Update(netns, counts.udp_in_use, *known_->space, readers.dump);
  }
  conntrack_.Update(netns, now, readers.conntrack);
  NetnsSample sample = last_;
  sample.cookie = netns.id.cookie;
  sample.inode = netns.id.inode;
  sample.label = netns.label;
  sample.labels = netns.labels;
  if (last_sample_.has_value()) sample.sample_interval = now - *last_sample_;
  AddPools(udp_pools_.pools(), sample);
  AddPools(conntrack_.pools(), sample);
  AddFacts(counts, sample);
  AddActivity(readers.owners, sample);
  last_sample_ = now;
  return sample;
}

bool NetnsSampler::IsNetnsBusy(const SockstatCounts& counts) const {
  if (!known_->space.has_value()) return false;
  const double quiet_max = kQuietShare * known_->space->Capacity(0);
  // Sockets that are only bound are in no counter of their own: what the last dump saw of them and
  // what has come since to the sockets of all kinds bounds their number.
  const int64_t uncounted_rise =
      counts.uncounted() - (last_dump_.has_value() ? last_dump_->counts.uncounted() : 0);
  return IsBusy(counts, known_->facts, *known_->space) ||
         static_cast<double>(socket_pools_.ports_in_use() + std::max<int64_t>(0, uncounted_rise)) >
             quiet_max;
}

bool NetnsSampler::IsReadingDue(const SockstatCounts& counts, absl::Duration now,
                                absl::Duration busy_interval) const {
  if (!known_.has_value()) return true;
  const absl::Duration age = now - known_->time;
  if (IsNetnsBusy(counts)) {
    return age >= kQuietInterval || IsBusyTurn(counts, known_->time, now, busy_interval);
  }
  // Where no socket comes or goes, no port is taken, whatever the tunables are by now.
  return age >= (counts == known_->counts ? kUnchangedInterval : kQuietInterval);
}

absl::Status NetnsSampler::ReadFacts(const NetnsEntry& netns, const SockstatCounts& counts,
                                     absl::Duration now, NetnsFactsReader& reader) {
  BERTHMASTER_ASSIGN_OR_RETURN(NetnsFacts facts, reader.ReadFacts(netns));
  std::optional<PortSpace> space;
  // A reader that does not enter the namespace sees no tunable, which is a limitation of its own.
  if (!facts.sysctls.empty() || facts.limitations.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(space, ReadPortSpace(facts.sysctls));
  }
  int64_t version = known_.has_value() ? known_->sysctls_version : 0;
  if (known_.has_value() && known_->facts.sysctls != facts.sysctls) ++version;
  known_ = {std::move(facts), version, std::move(space), now, counts};
  return absl::OkStatus();
}

// Whether what was last done for a busy namespace then is to be done again.
bool NetnsSampler::IsBusyTurn(const SockstatCounts& counts, absl::Duration last, absl::Duration now,
                              absl::Duration busy_interval) const {
  return is_close() || IsRising(counts) || now - last >= kIntervalSlack * busy_interval;
}

bool NetnsSampler::IsRising(const SockstatCounts& counts) const {
  if (!known_.has_value() || !IsNetnsBusy(counts)) return false;
  // One that could not be dumped is tried again at the next sample, and not for its own sake.
  if (!last_dump_.has_value()) return !has_tried_dump_;
  const SockstatCounts& before = last_dump_->counts;
  const double risen = static_cast<double>(counts.tcp_in_use) + counts.time_wait -
                       before.tcp_in_use - before.time_wait;
  return risen >= kRiseShare * known_->space->Capacity(0);
}

// Whether a dump is due whatever it costs and whenever the last one was.
bool NetnsSampler::HasNews() const {
  return !failures_.empty() ||
         (last_dump_.has_value() && known_->sysctls_version != last_dump_->sysctls_version);
}

bool NetnsSampler::IsQuietDumpDue(const SockstatCounts& counts, absl::Duration now,
                                  const QuietDumpBudget* budget) const {
  if (!last_dump_.has_value()) return budget == nullptr || budget->HasRoomForFirst();
  absl::Duration interval = counts == last_dump_->counts ? kUnchangedInterval : kQuietInterval;
  if (budget != nullptr) {
    if (!budget->HasRoom()) return false;
    interval = std::max(interval, budget->Interval(last_dump_->cpu));
  }
  return now - last_dump_->time >= interval;
}

bool NetnsSampler::IsDumpDue(const SockstatCounts& counts, absl::Duration now,
                             const NetnsReaders& readers) const {
  if (HasNews()) return true;
  if (IsNetnsBusy(counts)) {
    return !last_dump_.has_value() ||
           IsBusyTurn(counts, last_dump_->time, now, readers.busy_interval);
  }
  return IsQuietDumpDue(counts, now, readers.quiet_budget);
}

absl::Status NetnsSampler::Dump(const NetnsEntry& netns, const SockstatCounts& counts,
                                absl::Duration now, const NetnsReaders& readers,
                                size_t& inodes_left) {
  QuietDumpBudget* const budget = readers.quiet_budget;
  const bool is_busy = IsNetnsBusy(counts);
  const bool is_paid = budget != nullptr && !is_busy && !HasNews();
  const absl::Duration before = budget != nullptr ? budget->ThreadCpuNow() : absl::Duration();
  has_tried_dump_ = true;
  absl::StatusOr<NetnsSample> dumped = socket_pools_.Dump(
      {netns, known_->facts, *known_->space, readers.dump, readers.bind_ownership, readers.owners,
       traffic_.has_value() ? &*traffic_ : nullptr, &makers_, is_busy},
      now, inodes_left);
  const absl::Duration cpu = budget != nullptr ? budget->ThreadCpuNow() - before : absl::Duration();
  if (is_paid) last_dump_.has_value() ? budget->Spend(cpu) : budget->SpendFirst(cpu);
  BERTHMASTER_RETURN_IF_ERROR(dumped.status());
  last_ = *std::move(dumped);
  last_.dump_number = ++dump_count_;
  last_dump_ = {counts, known_->sysctls_version, now, cpu};
  exhaustion_.Update(MeasureNearness(last_.pools, known_->facts.sysctls), now);
  return absl::OkStatus();
}

void NetnsSampler::AddFacts(const SockstatCounts& counts, NetnsSample& sample) {
  sample.sysctls = known_->facts.sysctls;
  sample.tcp_in_use = counts.tcp_in_use;
  sample.time_wait = counts.time_wait;
  sample.udp_in_use = counts.udp_in_use;
  sample.time_wait_overflow_count = known_->facts.time_wait_overflow_count;
  std::map<std::string, int64_t> counters = known_->facts.counters;
  counters.insert(conntrack_.counters().begin(), conntrack_.counters().end());
  sample.counters = counters_.Take(counters);
  for (const std::string& limitation : known_->facts.limitations) {
    AddLimitation(limitation, sample);
  }
  if (known_->space.has_value() && !last_dump_.has_value()) {
    AddLimitation("its few sockets have not been looked at yet; their turn comes", sample);
  }
  AddLimitation(udp_pools_.limitation(), sample);
  for (const std::string& limitation : conntrack_.limitations()) {
    AddLimitation(limitation, sample);
  }
}

void NetnsSampler::AddActivity(SocketOwners* owners, NetnsSample& sample) {
  if (!traffic_.has_value()) return;
  failures_.CountIn(sample.pools);
  sample.connect_failures = failures_.List(owners);
  failures_.Clear();
}

}  // namespace berthmaster
