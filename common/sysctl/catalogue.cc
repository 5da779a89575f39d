#include "common/sysctl/catalogue.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/net/port_range.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

// Below 1024 the kernel refuses ranges by ip_unprivileged_port_start, and services live there.
constexpr int64_t kRangePortMin = 1024;
constexpr int64_t kPortMax = 65535;
// A smaller table than this is a way to lose TIME_WAIT protection, not a setting; a larger one than
// 2^22 is 1 GiB of kernel memory.
constexpr int64_t kTimeWaitBucketsMin = 4096;
constexpr int64_t kTimeWaitBucketsMax = 4194304;

absl::Status Refused(absl::string_view reason, absl::string_view sysctl, absl::string_view why) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, reason, absl::StrCat(sysctl, ": ", why));
}

absl::Status CheckInteger(const Tunable& tunable, absl::string_view value) {
  int64_t number = 0;
  // SimpleAtoi also takes a plus sign, which the kernel does not.
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(value), "+") ||
      !absl::SimpleAtoi(value, &number) || number < tunable.value_min ||
      number > tunable.value_max) {
    return Refused("SYSCTL_VALUE_INVALID", tunable.sysctl,
                   absl::StrCat("'", value, "' is not a whole number from ", tunable.value_min,
                                " to ", tunable.value_max));
  }
  return absl::OkStatus();
}

absl::Status CheckRange(const Tunable& tunable, absl::string_view value) {
  absl::StatusOr<PortRange> range = ParsePortRange(value);
  if (!range.ok()) return Refused("SYSCTL_VALUE_INVALID", tunable.sysctl, range.status().message());
  if (range->low < tunable.value_min || range->high > tunable.value_max) {
    return Refused("SYSCTL_VALUE_INVALID", tunable.sysctl,
                   absl::StrCat("'", value, "' leaves the ports ", tunable.value_min, " to ",
                                tunable.value_max));
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<Tunable>& Tunables() {
  static const auto* tunables = new std::vector<Tunable>{
      {kPortRangeSysctl, TunableForm::kPortRange, kRangePortMin, kPortMax, true, TunableRisk::kLow,
       true, "The ports that connect() and bind(0) choose from; the next call uses a new value."},
      {kReservedPortsSysctl, TunableForm::kPortSet, 0, kPortMax, true, TunableRisk::kLow, true,
       "Ports of the range that connect() and bind(0) leave alone; bind() to one still works."},
      {kUnprivilegedPortStartSysctl, TunableForm::kInteger, 0, kPortMax, false,
       TunableRisk::kMedium, true,
       "The first port that needs no privilege; the range may not begin below it."},
      {kTimeWaitReuseSysctl, TunableForm::kInteger, 0, 2, true, TunableRisk::kMedium, false,
       "Lets connect() take over a TIME_WAIT port to the same destination after the reuse delay, "
       "when both sides use timestamps: 1 everywhere, 2 on loopback only, 0 never."},
      {kTimeWaitReuseDelaySysctl, TunableForm::kInteger, 1, 60000, false, TunableRisk::kMedium,
       false, "How many milliseconds a TIME_WAIT must be old before it is reusable."},
      {kTimeWaitBucketsSysctl, TunableForm::kInteger, kTimeWaitBucketsMin, kTimeWaitBucketsMax,
       true, TunableRisk::kLow, false,
       "How many TIME_WAIT and FIN_WAIT_2 mini-sockets there may be; above it sockets close "
       "without "
       "TIME_WAIT and late segments meet nothing."},
      {kTimestampsSysctl, TunableForm::kInteger, 0, 2, false, TunableRisk::kMedium, false,
       "TCP timestamps; without them TIME_WAIT is never reusable."},
      {kFinTimeoutSysctl, TunableForm::kInteger, 1, 60, false, TunableRisk::kMedium, true,
       "How long an orphaned FIN_WAIT_2 lives; it does not change TIME_WAIT."},
  };
  return *tunables;
}

const Tunable* FindTunable(absl::string_view sysctl) {
  const auto& tunables = Tunables();
  auto found = std::find_if(tunables.begin(), tunables.end(),
                            [sysctl](const Tunable& t) { return t.sysctl == sysctl; });
  return found == tunables.end() ? nullptr : &*found;
}

absl::Status CheckWritable(absl::string_view sysctl, absl::string_view value) {
  const Tunable* tunable = FindTunable(sysctl);
  if (tunable == nullptr) {
    return Refused("SYSCTL_UNKNOWN", sysctl, "is not in the catalogue of tunables");
  }
  if (!tunable->writable) {
    return Refused("SYSCTL_READ_ONLY", sysctl, "is only read, never written, by Berthmaster");
  }
  switch (tunable->form) {
    case TunableForm::kInteger:
      return CheckInteger(*tunable, value);
    case TunableForm::kPortRange:
      return CheckRange(*tunable, value);
    case TunableForm::kPortSet:
      if (absl::StatusOr<PortSet> ports = ParsePortSet(value); !ports.ok()) {
        return Refused("SYSCTL_VALUE_INVALID", sysctl, ports.status().message());
      }
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
