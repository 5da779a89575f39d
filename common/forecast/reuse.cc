#include "common/forecast/reuse.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

// nf_conntrack_tcp_timeout_time_wait where it is not known: the kernel's default.
constexpr absl::Duration kConntrackTimeWait = absl::Seconds(120);

// Kernels without tcp_tw_reuse_delay compare whole seconds, so a TIME_WAIT is reusable from the
// next second on.
constexpr absl::Duration kReuseDelayWithoutSysctl = absl::Seconds(1);

std::optional<int64_t> IntegerOf(const std::map<std::string, std::string>& sysctls,
                                 absl::string_view sysctl) {
  auto found = sysctls.find(std::string(sysctl));
  int64_t value = 0;
  if (found == sysctls.end() || !absl::SimpleAtoi(found->second, &value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<absl::Duration> ReuseDelay(const std::map<std::string, std::string>& sysctls,
                                         const PoolKey& key) {
  std::optional<int64_t> reuse = IntegerOf(sysctls, kTimeWaitReuseSysctl);
  std::optional<int64_t> timestamps = IntegerOf(sysctls, kTimestampsSysctl);
  if (!reuse.has_value() || !timestamps.has_value() || *timestamps == 0) return std::nullopt;
  // Mode 2 goes by the addresses; a host's own address over lo is not loopback.
  const bool loopback = key.source.is_loopback() || key.destination.is_loopback();
  if (*reuse != 1 && !(*reuse == 2 && loopback)) return std::nullopt;
  std::optional<int64_t> delay_ms = IntegerOf(sysctls, kTimeWaitReuseDelaySysctl);
  if (!delay_ms.has_value()) return kReuseDelayWithoutSysctl;
  return absl::Milliseconds(*delay_ms);
}

absl::Duration ConntrackTimeWait(const std::map<std::string, std::string>& sysctls) {
  const std::optional<int64_t> seconds =
      IntegerOf(sysctls, "net.netfilter.nf_conntrack_tcp_timeout_time_wait");
  return seconds.value_or(-1) < 0 ? kConntrackTimeWait : absl::Seconds(*seconds);
}

}  // namespace berthmaster
