#include "agent/collect/kernel_host_sampler.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/collect/fold_pools.h"
#include "agent/kernel/count_text.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Namespaces that cannot be read mostly have one reason; a sample takes 256 limitations in all.
constexpr int kFailedNetnsNamedMax = 16;

}  // namespace

absl::StatusOr<HostSample> KernelHostSampler::Sample() {
  const absl::Duration cpu_before = dependencies_.clock.ThreadCpuNow();
  HostSample sample;
  sample.sample_time = dependencies_.clock.SystemNow();
  BERTHMASTER_ASSIGN_OR_RETURN(NetnsListing listing, dependencies_.directory.List());
  sample.limitations = std::move(listing.limitations);

  std::optional<Activities> activities = TakeActivities(sample);
  // Of all namespaces, whenever the turn of each comes: a rate is what was counted between two.
  const absl::Duration taken = dependencies_.clock.MonotonicNow();
  const NetnsReaders readers = {dependencies_.facts_reader,   dependencies_.dump,
                                dependencies_.bind_ownership, dependencies_.conntrack,
                                dependencies_.owners,         &quiet_budget_,
                                dependencies_.sample_interval};
  quiet_budget_.BeginSample(listing.entries.size());
  size_t inodes_left = kInodesPerSampleMax;
  std::map<uint64_t, NetnsSampler> still_there;
  absl::Status first_error;
  int failed_count = 0;
  for (const NetnsEntry& netns : listing.entries) {
    auto node = samplers_.extract(netns.id.cookie);
    NetnsSampler& sampler = node.empty() ? still_there[netns.id.cookie]
                                         : still_there.insert(std::move(node)).position->second;
    const absl::Duration now = dependencies_.clock.MonotonicNow();
    if (activities.has_value()) {
      sampler.NoteActivity((*activities)[netns.id.cookie], taken);
    }
    if (read_next_.count(netns.id.cookie) > 0) sampler.ReadAtNextSample();
    absl::StatusOr<NetnsSample> netns_sample = sampler.Sample(netns, now, readers, inodes_left);
    if (netns_sample.ok()) {
      sample.namespaces.push_back(*std::move(netns_sample));
      continue;
    }
    if (first_error.ok()) first_error = netns_sample.status();
    if (++failed_count > kFailedNetnsNamedMax) continue;
    sample.limitations.push_back(absl::StrCat("network namespace ", netns.id.inode, " (",
                                              netns.label, "): ", netns_sample.status().message()));
  }
  if (failed_count > kFailedNetnsNamedMax) {
    sample.limitations.push_back(
        absl::StrCat(CountText(failed_count - kFailedNetnsNamedMax, "more network namespace",
                               "more network namespaces"),
                     " could not be read"));
  }
  samplers_ = std::move(still_there);
  read_next_ = watched_;
  if (sample.namespaces.empty() && !first_error.ok()) return first_error;
  FoldPools(sample);
  sample.cpu_time = dependencies_.clock.ThreadCpuNow() - cpu_before;
  return sample;
}

std::optional<KernelHostSampler::Activities> KernelHostSampler::TakeActivities(HostSample& sample) {
  if (dependencies_.connect_watch == nullptr) return std::nullopt;
  absl::StatusOr<ConnectActivity> activity = dependencies_.connect_watch->Take();
  if (!activity.ok()) {
    sample.limitations.push_back(
        absl::StrCat("failed connects and closes: ", activity.status().message()));
    return std::nullopt;
  }
  if (activity->failures_not_told_apart > 0) {
    sample.limitations.push_back(absl::StrCat(
        CountText(activity->failures_not_told_apart, "failed connect is", "failed connects are"),
        " in no pool, because there were too many different ones"));
  }
  if (activity->traffic_not_told_apart > 0) {
    sample.limitations.push_back(absl::StrCat(
        "at most ",
        CountText(activity->traffic_not_told_apart, "connection that opened or closed is",
                  "connections that opened or closed are"),
        " missing from the rates of pools, because too many pools had traffic at once or the "
        "kernel did not run the count"));
  }
  if (activity->makers_not_told_apart > 0) {
    sample.limitations.push_back(absl::StrCat(
        activity->makers_not_told_apart,
        " closes have no owner, because too many different processes closed in too many pools"));
  }
  Activities activities;
  for (auto& [cookie, sampler] : samplers_) {
    activities[cookie].is_traffic_whole = activity->traffic_not_told_apart == 0;
  }
  for (FailedConnects& failed : activity->failures) {
    activities[failed.netns_cookie].failures.push_back(std::move(failed));
  }
  for (const PoolTraffic& pool : activity->pools) {
    activities[pool.netns_cookie].pools.push_back(pool);
  }
  for (TimeWaitMaker& maker : activity->time_wait_makers) {
    activities[maker.netns_cookie].time_wait_makers.push_back(std::move(maker));
  }
  return activities;
}

RiseLook KernelHostSampler::LookForRise() {
  const absl::Duration cpu_before = dependencies_.clock.ThreadCpuNow();
  RiseLook look;
  absl::StatusOr<NetnsListing> listing = dependencies_.directory.List();
  if (!listing.ok()) return look;
  for (const NetnsEntry& netns : listing->entries) {
    auto known = samplers_.find(netns.id.cookie);
    if (known != samplers_.end()) {
      absl::StatusOr<SockstatCounts> counts = dependencies_.facts_reader.ReadCounts(netns);
      if (!counts.ok() || !known->second.IsRising(*counts)) continue;
    }
    look.is_rising = true;
    break;
  }
  look.cpu_time = dependencies_.clock.ThreadCpuNow() - cpu_before;
  return look;
}

void KernelHostSampler::WatchClosely(const std::set<uint64_t>& netns_cookies) {
  watched_ = netns_cookies;
  read_next_.insert(watched_.begin(), watched_.end());
}

bool KernelHostSampler::is_close() const {
  return std::any_of(samplers_.begin(), samplers_.end(),
                     [](const auto& known) { return known.second.is_close(); });
}

}  // namespace berthmaster
