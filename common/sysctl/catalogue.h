#ifndef BERTHMASTER_COMMON_SYSCTL_CATALOGUE_H_
#define BERTHMASTER_COMMON_SYSCTL_CATALOGUE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// The names that code speaks of.
inline constexpr absl::string_view kPortRangeSysctl = "net.ipv4.ip_local_port_range";
inline constexpr absl::string_view kReservedPortsSysctl = "net.ipv4.ip_local_reserved_ports";
inline constexpr absl::string_view kUnprivilegedPortStartSysctl =
    "net.ipv4.ip_unprivileged_port_start";
inline constexpr absl::string_view kTimeWaitReuseSysctl = "net.ipv4.tcp_tw_reuse";
inline constexpr absl::string_view kTimeWaitReuseDelaySysctl = "net.ipv4.tcp_tw_reuse_delay";
inline constexpr absl::string_view kTimeWaitBucketsSysctl = "net.ipv4.tcp_max_tw_buckets";
inline constexpr absl::string_view kTimestampsSysctl = "net.ipv4.tcp_timestamps";
inline constexpr absl::string_view kFinTimeoutSysctl = "net.ipv4.tcp_fin_timeout";

enum class TunableForm : uint8_t { kInteger, kPortRange, kPortSet };
enum class TunableRisk : uint8_t { kLow, kMedium, kHigh };

// A sysctl that Berthmaster knows. All of them are per network namespace.
struct Tunable {
  absl::string_view sysctl;
  TunableForm form = TunableForm::kInteger;
  // The bounds that Berthmaster accepts for a value it writes (ports of a range, or the integer);
  // narrower than the kernel's own where the kernel accepts what breaks a host.
  int64_t value_min = 0;
  int64_t value_max = 0;
  // Whether Berthmaster ever writes it. The others are only read.
  bool writable = false;
  TunableRisk risk = TunableRisk::kLow;
  // Whether Kubernetes lets a pod set it without --allowed-unsafe-sysctls.
  bool pod_safe = false;
  // What it really does, in one sentence.
  absl::string_view effect;
};

// Every tunable, in the order in which they are to be read and shown.
const std::vector<Tunable>& Tunables();

// Nothing for a name that is not in the catalogue. The result lives for ever.
const Tunable* FindTunable(absl::string_view sysctl);

// Whether Berthmaster may write `value` to `sysctl`. INVALID_ARGUMENT with reason SYSCTL_UNKNOWN,
// SYSCTL_READ_ONLY or SYSCTL_VALUE_INVALID says why not and what is allowed.
absl::Status CheckWritable(absl::string_view sysctl, absl::string_view value);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_CATALOGUE_H_
