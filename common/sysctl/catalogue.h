#ifndef BERTHMASTER_COMMON_SYSCTL_CATALOGUE_H_
#define BERTHMASTER_COMMON_SYSCTL_CATALOGUE_H_

#include <cstdint>
#include <optional>
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
inline constexpr absl::string_view kAutobindReuseSysctl = "net.ipv4.ip_autobind_reuse";
inline constexpr absl::string_view kListenBacklogMaxSysctl = "net.core.somaxconn";
inline constexpr absl::string_view kSynBacklogMaxSysctl = "net.ipv4.tcp_max_syn_backlog";
inline constexpr absl::string_view kSynCookiesSysctl = "net.ipv4.tcp_syncookies";
inline constexpr absl::string_view kConntrackMaxSysctl = "net.netfilter.nf_conntrack_max";
inline constexpr absl::string_view kTimeWaitRecycleSysctl = "net.ipv4.tcp_tw_recycle";
inline constexpr absl::string_view kRfc1337Sysctl = "net.ipv4.tcp_rfc1337";
inline constexpr absl::string_view kSynRetriesSysctl = "net.ipv4.tcp_syn_retries";
inline constexpr absl::string_view kSynLinearTimeoutsSysctl = "net.ipv4.tcp_syn_linear_timeouts";
inline constexpr absl::string_view kConntrackBucketsSysctl = "net.netfilter.nf_conntrack_buckets";
inline constexpr absl::string_view kConntrackTimeWaitSysctl =
    "net.netfilter.nf_conntrack_tcp_timeout_time_wait";
inline constexpr absl::string_view kConntrackEstablishedSysctl =
    "net.netfilter.nf_conntrack_tcp_timeout_established";
inline constexpr absl::string_view kConntrackCountSysctl = "net.netfilter.nf_conntrack_count";

enum class TunableForm : uint8_t { kInteger, kPortRange, kPortSet };
enum class TunableRisk : uint8_t { kLow, kMedium, kHigh };

// What a sysctl's value holds for, and where it can be seen.
enum class TunableScope : uint8_t {
  // Each network namespace has its own; a new one begins with the kernel's default, not with the
  // host's value, so that a setting of the node does not reach its pods.
  kNetns,
  // As kNetns; nobody can write it (0444 everywhere).
  kNetnsReadOnly,
  // One for the host; other namespaces than the first do not have the file.
  kHost,
  // One for the host; other namespaces see it read-only (0444).
  kHostSeenEverywhere,
};

// The most that every kernel takes for a sysctl that is kept in ticks (proc_dointvec_jiffies):
// INT_MAX / HZ with HZ = 1000. A kernel with fewer ticks a second takes more.
inline constexpr int64_t kKernelSecondsMax = 2147483;

// A sysctl that Berthmaster knows.
struct Tunable {
  absl::string_view sysctl;
  TunableForm form = TunableForm::kInteger;
  TunableScope scope = TunableScope::kNetns;
  // The first release of Linux that has it in this scope; empty where that is older than 3.0. From
  // the history of the kernel; tests/kernel checks what the running one does.
  absl::string_view since_kernel{};
  // Whether it was new with since_kernel; else it was one value for the host before.
  bool is_new_since = false;
  // In a fresh namespace (of kHost*: at boot). Nothing where the kernel works it out from the size
  // of the host.
  std::optional<absl::string_view> default_value{};
  // What the kernel takes: each port, or the integer. It answers EINVAL to anything else.
  int64_t kernel_min = 0;
  int64_t kernel_max = 0;
  // The bounds that Berthmaster accepts for a value it writes, and beyond which a value that it
  // reads is worth a question; narrower than the kernel's own where the kernel accepts what breaks
  // a host.
  int64_t value_min = 0;
  int64_t value_max = 0;
  // Whether Berthmaster ever writes it. The others are only read.
  bool writable = false;
  // Whether an agent writes it without allow-sysctls of its configuration: what gives room and
  // takes nothing away. The other writable ones change how connections of the whole namespace end.
  bool allowed_by_default = false;
  TunableRisk risk = TunableRisk::kLow;
  // Whether Kubernetes lets a pod set it without --allowed-unsafe-sysctls, and since which release
  // of it (empty: always, or never). Never in a pod with hostNetwork.
  bool pod_safe = false;
  absl::string_view pod_safe_since{};
  // What it really does, in one or two sentences.
  absl::string_view effect;
};

// Every tunable, in the order in which they are to be read and shown.
const std::vector<Tunable>& Tunables();

// Nothing for a name that is not in the catalogue. The result lives for ever.
const Tunable* FindTunable(absl::string_view sysctl);

// A sysctl of old recipes that no kernel in use has any more. Neither read nor written.
struct RetiredTunable {
  absl::string_view sysctl;
  // The first release of Linux without it.
  absl::string_view removed_in_kernel;
  // What to do instead, and why it went.
  absl::string_view reason;
};
const std::vector<RetiredTunable>& RetiredTunables();

// Whether Berthmaster may write `value` to `sysctl`. INVALID_ARGUMENT with reason SYSCTL_UNKNOWN,
// SYSCTL_READ_ONLY or SYSCTL_VALUE_INVALID says why not and what is allowed.
absl::Status CheckWritable(absl::string_view sysctl, absl::string_view value);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_CATALOGUE_H_
