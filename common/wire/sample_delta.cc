#include "common/wire/sample_delta.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "common/wire/netns_wire.h"
#include "common/wire/pool_wire.h"
#include "common/wire/sample_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

using Interval = std::optional<absl::Duration>;

// Whether a merge can give the sample back: each thing once, in order, and cookies that fit
// removed_netns.
bool IsInOrder(const HostSample& sample) {
  constexpr uint64_t kCookieMax = std::numeric_limits<int64_t>::max();
  const auto is_not_before = [](const PoolSample& a, const PoolSample& b) {
    return a.id() >= b.id();
  };
  const NetnsSample* last = nullptr;
  for (const NetnsSample& netns : sample.namespaces) {
    if (netns.cookie > kCookieMax || (last != nullptr && netns.cookie <= last->cookie)) {
      return false;
    }
    last = &netns;
    if (std::adjacent_find(netns.pools.begin(), netns.pools.end(), is_not_before) !=
        netns.pools.end()) {
      return false;
    }
  }
  return true;
}

// The members of a namespace that facts_unchanged leaves out, and those that are always said. The
// bindings name every member, so that a new one does not compile before it has a place in one.
auto FactsOf(const NetnsSample& netns) {
  return std::tie(netns.labels, netns.sysctls, netns.limitations, netns.listening_ports_in_range);
}
auto FiguresOf(const NetnsSample& netns) {
  const auto& [cookie, inode, label, labels, sysctls, tcp_in_use, time_wait, listening_ports,
               time_wait_overflow_count, sample_interval, limitations, source, udp_in_use, counters,
               findings, connect_failures, dump_number, remainder, pools] = netns;
  return std::tie(inode, label, tcp_in_use, time_wait, time_wait_overflow_count, source, udp_in_use,
                  counters, findings, connect_failures, dump_number, remainder);
}

v1::Pool KeyProto(const PoolSample& pool) {
  PoolSample key;
  key.kind = pool.kind;
  key.key = pool.key;
  v1::Pool proto = ToSampleProto(key);
  // Zero takes no bytes; TCP follows from the kind.
  if (proto.protocol() == v1::IP_PROTOCOL_TCP) proto.clear_protocol();
  return proto;
}

// Both are in order.
void AddPoolChanges(const NetnsSample& base, const NetnsSample& netns, v1::NetnsSample& proto) {
  auto old_pool = base.pools.begin();
  for (const PoolSample& pool : netns.pools) {
    for (; old_pool != base.pools.end() && old_pool->id() < pool.id(); ++old_pool) {
      *proto.add_removed_pools() = KeyProto(*old_pool);
    }
    const bool is_known = old_pool != base.pools.end() && old_pool->id() == pool.id();
    if (!is_known || *old_pool != pool) *proto.add_pools() = ToSampleProto(pool);
    if (is_known) ++old_pool;
  }
  for (; old_pool != base.pools.end(); ++old_pool) {
    *proto.add_removed_pools() = KeyProto(*old_pool);
  }
}

void AddNetns(absl::string_view host_id, const NetnsSample* base, const NetnsSample& netns,
              absl::Time sample_time, v1::Sample& proto) {
  v1::NetnsSample& netns_proto = *proto.add_namespaces();
  v1::Netns& head = *netns_proto.mutable_netns();
  head = ToProto(host_id, netns, sample_time);
  head.clear_sample_time();
  if (base == nullptr) {
    for (const PoolSample& pool : netns.pools) *netns_proto.add_pools() = ToSampleProto(pool);
    return;
  }
  if (FactsOf(*base) == FactsOf(netns)) {
    netns_proto.set_facts_unchanged(true);
    head.clear_labels();
    head.clear_sysctls();
    head.clear_limitations();
    head.clear_listening_ports_in_range();
  }
  AddPoolChanges(*base, netns, netns_proto);
}

// A namespace of the sample, and what the base has of it.
struct Pair {
  const NetnsSample* base = nullptr;
  const NetnsSample* netns = nullptr;
  // But for sample_interval.
  bool is_unchanged = false;
};

bool IsUnchanged(const NetnsSample& base, const NetnsSample& netns) {
  return FiguresOf(base) == FiguresOf(netns) && FactsOf(base) == FactsOf(netns) &&
         base.pools == netns.pools;
}

// The pairs, and the cookies that only the base has.
std::vector<Pair> Match(const HostSample& base, const HostSample& sample, v1::Sample& proto) {
  std::vector<Pair> pairs;
  pairs.reserve(sample.namespaces.size());
  auto old_netns = base.namespaces.begin();
  const auto end = base.namespaces.end();
  for (const NetnsSample& netns : sample.namespaces) {
    for (; old_netns != end && old_netns->cookie < netns.cookie; ++old_netns) {
      proto.add_removed_netns(static_cast<int64_t>(old_netns->cookie));
    }
    Pair& pair = pairs.emplace_back();
    pair.netns = &netns;
    if (old_netns == end || old_netns->cookie != netns.cookie) continue;
    pair.base = &*old_netns++;
    pair.is_unchanged = IsUnchanged(*pair.base, netns);
  }
  for (; old_netns != end; ++old_netns) {
    proto.add_removed_netns(static_cast<int64_t>(old_netns->cookie));
  }
  return pairs;
}

// The interval that most of the unchanged namespaces have; nothing when theirs are the base's.
Interval CommonInterval(const std::vector<Pair>& pairs) {
  std::map<absl::Duration, int> counts;
  bool has_change = false;
  for (const Pair& pair : pairs) {
    if (!pair.is_unchanged || !pair.netns->sample_interval.has_value()) continue;
    ++counts[*pair.netns->sample_interval];
    has_change = has_change || pair.netns->sample_interval != pair.base->sample_interval;
  }
  if (!has_change) return std::nullopt;
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

v1::Sample MakeDelta(absl::string_view host_id, const HostSample& base, const HostSample& sample) {
  v1::Sample proto;
  proto.set_sequence(sample.sequence);
  proto.set_base_sequence(base.sequence);
  *proto.mutable_sample_time() = ToProto(sample.sample_time);
  *proto.mutable_cpu_time() = ToProto(sample.cpu_time);
  if (!sample.limitations.empty() && sample.limitations == base.limitations) {
    proto.set_limitations_unchanged(true);
  } else {
    for (const std::string& limitation : sample.limitations) proto.add_limitations(limitation);
  }
  const std::vector<Pair> pairs = Match(base, sample, proto);
  const Interval interval = CommonInterval(pairs);
  if (interval.has_value()) *proto.mutable_sample_interval() = ToProto(*interval);
  for (const Pair& pair : pairs) {
    if (pair.is_unchanged) {
      const Interval& implied = interval.has_value() ? interval : pair.base->sample_interval;
      if (pair.netns->sample_interval == implied) continue;
    }
    AddNetns(host_id, pair.base, *pair.netns, sample.sample_time, proto);
  }
  return proto;
}

}  // namespace

void PutInOrder(HostSample& sample) {
  std::sort(sample.namespaces.begin(), sample.namespaces.end(),
            [](const NetnsSample& a, const NetnsSample& b) { return a.cookie < b.cookie; });
  for (NetnsSample& netns : sample.namespaces) {
    std::sort(netns.pools.begin(), netns.pools.end(),
              [](const PoolSample& a, const PoolSample& b) { return a.id() < b.id(); });
  }
}

v1::Sample ToDelta(absl::string_view host_id, const HostSample& base, const HostSample& sample) {
  return ToDelta(host_id, base, sample, ToProto(host_id, sample));
}

v1::Sample ToDelta(absl::string_view host_id, const HostSample& base, const HostSample& sample,
                   v1::Sample full) {
  const bool has_base = base.sequence > 0 && base.sequence < sample.sequence;
  if (!has_base || !IsInOrder(base) || !IsInOrder(sample)) return full;
  v1::Sample delta = MakeDelta(host_id, base, sample);
  return delta.ByteSizeLong() < full.ByteSizeLong() ? delta : full;
}

}  // namespace berthmaster
