#include "controller/recommend/pool_change.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/forecast/reuse.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/inflow.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"
#include "controller/recommend/waiting.h"

namespace berthmaster {
namespace {

constexpr int kPortMin = 1024;
// How long a connection of a connection pool lives.
constexpr absl::Duration kPooledHold = absl::Hours(1);

absl::Status Invalid(absl::string_view why) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "WHAT_IF_INVALID", why);
}
absl::Status NotKnown(absl::string_view why) {
  return ReasonStatus(absl::StatusCode::kFailedPrecondition, "WHAT_IF_UNKNOWN", why);
}

// Timers of more than 16 s come late by up to 2.048 s, at HZ=250, as TIME_WAIT's do.
absl::Duration MeanHold(absl::Duration timeout) {
  return timeout > absl::Seconds(16) ? timeout + absl::Seconds(1) : timeout;
}

bool HasRange(PoolKind kind) {
  return kind == PoolKind::kConnect || kind == PoolKind::kBind || kind == PoolKind::kUdp;
}

// What each part of a change means something for.
absl::Status CheckKind(PoolKind kind, const PoolChange& change) {
  const bool connect = kind == PoolKind::kConnect;
  const bool table = kind == PoolKind::kTimeWaitTable;
  const bool snat = kind == PoolKind::kSnat;
  if ((change.port_range.has_value() || change.reserved_ports.has_value()) && !HasRange(kind)) {
    return Invalid("the local port range is not what this pool's capacity comes from");
  }
  if (change.time_wait_reuse.has_value() && !connect) {
    return Invalid("tcp_tw_reuse only works for connect(); this is no connect pool");
  }
  if (change.time_wait_buckets_max.has_value() && !table) {
    return Invalid(
        "tcp_max_tw_buckets is the capacity of the TIME_WAIT table, not of this pool; ask about "
        "the pool time-wait-table");
  }
  if (change.syn_retries.has_value() && !connect) {
    return Invalid("tcp_syn_retries only matters to connect pools");
  }
  if (change.fin_timeout.has_value() && !connect && !table) {
    return Invalid(
        "tcp_fin_timeout only matters to FIN_WAIT_2 in connect pools and in the "
        "TIME_WAIT table");
  }
  if (change.conntrack_time_wait.has_value() && !snat) {
    return Invalid("what conntrack's TIME_WAIT holds is only known of SNAT pools");
  }
  if (change.capacity.has_value() && (HasRange(kind) || table)) {
    return Invalid("the capacity of this pool follows from a sysctl; give that");
  }
  if ((change.connection_pool_size.has_value() || change.hold_time.has_value()) && !connect) {
    return Invalid("connections kept open are only reckoned with in connect pools");
  }
  if (change.source_factor != 1 && !HasSource(kind)) {
    return Invalid("this pool has no source address");
  }
  if (change.destination_factor != 1 && !connect && !snat) {
    return Invalid("this pool is the same for every destination");
  }
  return absl::OkStatus();
}

absl::Status CheckBounds(const PoolChange& change) {
  if (!(change.rate_factor > 0) || change.rate_factor > kLoadFactorMax) {
    return Invalid(absl::StrCat("the rate factor has to be above 0 and at most ", kLoadFactorMax));
  }
  for (int32_t factor : {change.source_factor, change.destination_factor}) {
    if (factor < 1 || factor > kSpreadMax) {
      return Invalid(absl::StrCat("a factor for addresses has to be 1 to ", kSpreadMax));
    }
  }
  if (change.hold_time.has_value() &&
      (*change.hold_time < absl::ZeroDuration() || *change.hold_time > kHoldTimeMax)) {
    return Invalid("the hold time has to be 0 s to a year");
  }
  if (change.capacity.value_or(1) < 1) return Invalid("the capacity has to be at least 1");
  if (change.connection_pool_size.value_or(1) < 1) {
    return Invalid("the pool size has to be at least 1 connection");
  }
  if (change.time_wait_reuse.has_value()) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckWritable(kTimeWaitReuseSysctl, absl::StrCat(*change.time_wait_reuse)));
  }
  if (change.syn_retries.has_value() && (*change.syn_retries < 1 || *change.syn_retries > 15)) {
    return Invalid("tcp_syn_retries is looked at from 1 to 15");
  }
  for (const auto& seconds : {change.fin_timeout, change.conntrack_time_wait}) {
    if (!seconds.has_value()) continue;
    if (*seconds < absl::Seconds(1) || *seconds > absl::Hours(1)) {
      return Invalid("a timeout has to be 1 s to 1 h");
    }
  }
  if (change.time_wait_buckets_max.has_value() &&
      (*change.time_wait_buckets_max < 1 || *change.time_wait_buckets_max > INT32_MAX)) {
    return Invalid("tcp_max_tw_buckets is looked at from 1 to 2147483647");
  }
  return absl::OkStatus();
}

double OverlapShare(PortRange of, PortRange with) {
  const int low = std::max(of.low, with.low);
  const int high = std::min(of.high, with.high);
  return high < low ? 0 : static_cast<double>(high - low + 1) / of.size();
}

int32_t Scaled(int32_t count, double share) {
  return static_cast<int32_t>(std::lround(count * share));
}

// The pool's sockets, as if only `share` of them had a port that counts.
void KeepShare(PoolSample& pool, double share) {
  pool.in_use = Scaled(pool.in_use, share);
  pool.reusable = Scaled(pool.reusable, share);
  pool.blocked = Scaled(pool.blocked, share);
  for (int state = 0; state < kTcpStateCount; ++state) {
    int32_t& count = pool.states[static_cast<TcpState>(state)];
    count = Scaled(count, share);
  }
  for (int32_t& count : pool.time_wait_releases) count = Scaled(count, share);
}

// One change being made.
class Making {
 public:
  Making(const NetnsSample& netns, const PoolSample& pool, const PoolChange& change)
      : netns_(netns), change_(change) {
    made_.pool = pool;
    made_.reuse_delay = ReuseDelay(netns.sysctls, pool.key);
    KnowHoldTime();
  }

  absl::StatusOr<ChangedPool> Make() {
    BERTHMASTER_RETURN_IF_ERROR(SetRange());
    BERTHMASTER_RETURN_IF_ERROR(SetReuse());
    BERTHMASTER_RETURN_IF_ERROR(SetWaiting());
    PoolSample& pool = made_.pool;
    if (change_.time_wait_buckets_max.has_value()) {
      pool.capacity = static_cast<int32_t>(*change_.time_wait_buckets_max);
    }
    if (change_.capacity.has_value()) pool.capacity = *change_.capacity;
    if (change_.hold_time.has_value()) pool.hold_time = *change_.hold_time;
    BERTHMASTER_RETURN_IF_ERROR(SetLoad());
    SetConnectionPool();
    return std::move(made_);
  }

 private:
  int32_t Live() const {
    return std::max(made_.pool.in_use - made_.pool.states[TcpState::kTimeWait], 0);
  }

  // Little's law by the closes of this side, before anything makes the two disagree.
  void KnowHoldTime() {
    PoolSample& pool = made_.pool;
    if (pool.kind != PoolKind::kConnect || pool.hold_time.has_value()) return;
    const double closes = pool.time_wait_rate.value_or(0);
    if (closes > 0) pool.hold_time = absl::Seconds(Live() / closes);
  }

  absl::Status SetRange() {
    if (!change_.port_range.has_value() && !change_.reserved_ports.has_value()) {
      return absl::OkStatus();
    }
    const std::optional<PortRange> present = EffectivePortRange(netns_);
    const std::optional<PortSet> present_reserved = EffectiveReservedPorts(netns_);
    if (!present.has_value()) return NotKnown("the sample has no local port range");
    if (!present_reserved.has_value() && !change_.reserved_ports.has_value()) {
      made_.notes.push_back("The reserved ports are not known and count as none.");
    }
    const PortRange range = change_.port_range.value_or(*present);
    const PortSet before = present_reserved.value_or(PortSet());
    const PortSet reserved = change_.reserved_ports.value_or(before);
    if (range.low < kPortMin) return Invalid("a range does not begin below 1024");
    PoolSample& pool = made_.pool;
    if (const double share = OverlapShare(*present, range); share < 1) {
      KeepShare(pool, share);
      made_.notes.push_back(absl::StrFormat(
          "%.0f %% of the present range is in the new one; as many of the sockets are taken to be.",
          100 * share));
    }
    const bool exact = pool.kind != PoolKind::kConnect;
    int usable = (exact ? range.size() : range.size() / 2 * 2) - reserved.CountIn(range);
    // A listener's port is blocked as it is, and once it is reserved it is not to count twice.
    int freed = 0;
    for (int port : netns_.listening_ports_in_range) {
      if (port < 0 || port > 65535 || !range.Contains(port)) continue;
      if (reserved.Contains(port) && !before.Contains(port)) ++freed;
    }
    pool.blocked = std::max(pool.blocked - freed, 0);
    pool.capacity = std::max(usable - pool.blocked, 0);
    return absl::OkStatus();
  }

  absl::Status SetReuse() {
    if (!change_.time_wait_reuse.has_value()) return absl::OkStatus();
    std::map<std::string, std::string> sysctls = netns_.sysctls;
    if (!EffectiveNumber(netns_, kTimestampsSysctl).has_value()) {
      return NotKnown("the sample has no tcp_timestamps, without which nothing is reusable");
    }
    sysctls[std::string(kTimeWaitReuseSysctl)] = absl::StrCat(*change_.time_wait_reuse);
    PoolSample& pool = made_.pool;
    const std::optional<absl::Duration> delay = ReuseDelay(sysctls, pool.key);
    if (!delay.has_value()) {
      if (*change_.time_wait_reuse == 1) {
        made_.notes.push_back("TCP timestamps are off here, so it makes nothing reusable.");
      }
      pool.reusable = 0;
    } else if (!made_.reuse_delay.has_value()) {
      pool.reusable = OlderThan(*delay);
      if (!ShowsPeerTimestamps(netns_, pool)) {
        made_.notes.push_back("It is taken that the other side uses TCP timestamps.");
      }
    }
    made_.reuse_delay = delay;
    return absl::OkStatus();
  }

  // TIME_WAIT sockets of at least that age.
  int32_t OlderThan(absl::Duration delay) const {
    const PoolSample& pool = made_.pool;
    const std::vector<int64_t> history = CloseHistory(pool);
    const auto young_seconds = static_cast<size_t>(std::ceil(absl::ToDoubleSeconds(delay)));
    int64_t young = 0;
    for (size_t age = 0; age < std::min(young_seconds, history.size()); ++age) {
      young += history[age];
    }
    const int64_t old = std::max<int64_t>(pool.states[TcpState::kTimeWait] - young, pool.reusable);
    return static_cast<int32_t>(std::min<int64_t>(old, pool.in_use));
  }

  absl::Status SetWaiting() {
    if (change_.syn_retries.has_value()) {
      const auto retries = EffectiveNumber(netns_, kSynRetriesSysctl);
      if (!retries.has_value()) return NotKnown("the sample has no tcp_syn_retries");
      const int linear =
          static_cast<int>(EffectiveNumber(netns_, kSynLinearTimeoutsSysctl).value_or(0));
      ShortenState(TcpState::kSynSent, SynSentHold(static_cast<int>(*retries), linear),
                   SynSentHold(*change_.syn_retries, linear));
    }
    if (change_.fin_timeout.has_value()) {
      const auto seconds = EffectiveNumber(netns_, kFinTimeoutSysctl);
      if (!seconds.has_value()) return NotKnown("the sample has no tcp_fin_timeout");
      ShortenState(TcpState::kFinWait2, MeanHold(FinWait2Hold(absl::Seconds(*seconds))),
                   MeanHold(FinWait2Hold(*change_.fin_timeout)));
    }
    if (change_.conntrack_time_wait.has_value()) {
      const auto seconds = EffectiveNumber(netns_, kConntrackTimeWaitSysctl);
      if (!seconds.has_value() || *seconds <= 0) {
        return NotKnown("the sample has no nf_conntrack_tcp_timeout_time_wait");
      }
      made_.time_wait_factor =
          absl::FDivDuration(*change_.conntrack_time_wait, absl::Seconds(*seconds));
      Shrink(TcpState::kTimeWait, made_.time_wait_factor);
    }
    return absl::OkStatus();
  }

  // Sockets in `state` end after `after` in place of `before`.
  void ShortenState(TcpState state, absl::Duration before, absl::Duration after) {
    const double ratio = before > absl::ZeroDuration() ? absl::FDivDuration(after, before) : 1;
    PoolSample& pool = made_.pool;
    if (pool.kind == PoolKind::kTimeWaitTable) return Shrink(state, ratio);
    const int32_t live = Live();
    if (live <= 0) return;
    const double share = std::clamp(static_cast<double>(pool.states[state]) / live, 0.0, 1.0);
    const absl::Duration mean = pool.hold_time.value_or(before);
    pool.hold_time = mean * (share * ratio + 1 - share);
  }

  // Once those of now have ended, there are `ratio` times as many in `state`.
  void Shrink(TcpState state, double ratio) {
    PoolSample& pool = made_.pool;
    const int32_t fewer = pool.states[state] - Scaled(pool.states[state], ratio);
    pool.states[state] -= fewer;
    pool.in_use = std::max(pool.in_use - fewer, 0);
    made_.notes.push_back("It is what shows once those of now have ended, not at once.");
  }

  absl::Status SetLoad() {
    PoolSample& pool = made_.pool;
    const int64_t spread = int64_t{change_.source_factor} * change_.destination_factor;
    made_.load_factor = change_.rate_factor / static_cast<double>(spread);
    if (made_.load_factor == 1) return absl::OkStatus();
    const bool sockets = pool.kind == PoolKind::kConnect || pool.kind == PoolKind::kTimeWaitTable;
    if (sockets && !pool.connection_rate.has_value() && !pool.time_wait_rate.has_value()) {
      return NotKnown("the rate of new connections is not known yet; ask again in a few seconds");
    }
    if (pool.connection_rate.has_value()) *pool.connection_rate *= made_.load_factor;
    if (pool.time_wait_rate.has_value()) *pool.time_wait_rate *= made_.load_factor;
    if (pool.close_rate.has_value()) *pool.close_rate *= made_.load_factor;
    return absl::OkStatus();
  }

  void SetConnectionPool() {
    if (!change_.connection_pool_size.has_value()) return;
    PoolSample& pool = made_.pool;
    const double busy = pool.connection_rate.value_or(0) *
                        absl::ToDoubleSeconds(pool.hold_time.value_or(absl::ZeroDuration()));
    const int32_t size = *change_.connection_pool_size;
    if (pool.connection_rate.has_value() && size < busy) {
      made_.notes.push_back(absl::StrFormat(
          "%.1f connections are open at once, so with %d some requests wait.", busy, size));
    }
    const int32_t time_wait = pool.states[TcpState::kTimeWait];
    pool.states = StateCounts();
    pool.states[TcpState::kTimeWait] = time_wait;
    pool.states[TcpState::kEstablished] = size;
    pool.in_use = time_wait + size;
    // The model's steady load of as many: each is replaced now and then, closed by the server.
    pool.hold_time = kPooledHold;
    pool.connection_rate = size / absl::ToDoubleSeconds(kPooledHold);
    pool.time_wait_rate = 0;
    pool.close_rate = pool.connection_rate;
    pool.local_close_share = 0;
    made_.load_factor = 0;
  }

  const NetnsSample& netns_;
  const PoolChange& change_;
  ChangedPool made_;
};

}  // namespace

PoolChange Combined(const PoolChange& first, const PoolChange& second) {
  PoolChange both = second;
  const auto keep = [](auto& into, const auto& from) {
    if (!into.has_value()) into = from;
  };
  keep(both.port_range, first.port_range);
  keep(both.reserved_ports, first.reserved_ports);
  keep(both.time_wait_reuse, first.time_wait_reuse);
  keep(both.time_wait_buckets_max, first.time_wait_buckets_max);
  keep(both.syn_retries, first.syn_retries);
  keep(both.fin_timeout, first.fin_timeout);
  keep(both.conntrack_time_wait, first.conntrack_time_wait);
  keep(both.capacity, first.capacity);
  keep(both.connection_pool_size, first.connection_pool_size);
  keep(both.hold_time, first.hold_time);
  both.rate_factor *= first.rate_factor;
  both.source_factor *= first.source_factor;
  both.destination_factor *= first.destination_factor;
  return both;
}

absl::StatusOr<ChangedPool> ApplyChange(const NetnsSample& netns, const PoolSample& pool,
                                        const PoolChange& change) {
  BERTHMASTER_RETURN_IF_ERROR(CheckBounds(change));
  BERTHMASTER_RETURN_IF_ERROR(CheckKind(pool.kind, change));
  return Making(netns, pool, change).Make();
}

}  // namespace berthmaster
