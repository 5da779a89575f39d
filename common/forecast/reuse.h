#ifndef BERTHMASTER_COMMON_FORECAST_REUSE_H_
#define BERTHMASTER_COMMON_FORECAST_REUSE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/net/pool_key.h"

namespace berthmaster {

// How old a TIME_WAIT socket of the pool must be before connect() may take it over, by the
// effective tunables of the namespace (tcp_twsk_unique): tcp_tw_reuse = 1, or = 2 with a loopback
// source or destination, and tcp_timestamps on. The delay is tcp_tw_reuse_delay, 1 s where the
// kernel has no such sysctl. Nothing when TIME_WAIT is not reusable, or tunables are not known.
std::optional<absl::Duration> ReuseDelay(const std::map<std::string, std::string>& sysctls,
                                         const PoolKey& key);

// How long conntrack keeps an entry in TIME_WAIT, by the effective tunables of the namespace
// (nf_conntrack_tcp_timeout_time_wait); the kernel's default of 120 s where that is not known.
absl::Duration ConntrackTimeWait(const std::map<std::string, std::string>& sysctls);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_FORECAST_REUSE_H_
