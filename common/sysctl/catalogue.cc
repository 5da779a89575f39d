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

absl::Status Refused(absl::string_view reason, absl::string_view sysctl, absl::string_view why) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, reason, absl::StrCat(sysctl, ": ", why));
}

absl::Status Unknown(absl::string_view sysctl) {
  for (const RetiredTunable& retired : RetiredTunables()) {
    if (retired.sysctl != sysctl) continue;
    return Refused(
        "SYSCTL_UNKNOWN", sysctl,
        absl::StrCat("is gone since Linux ", retired.removed_in_kernel, ": ", retired.reason));
  }
  return Refused("SYSCTL_UNKNOWN", sysctl, "is not in the catalogue of tunables");
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

const Tunable* FindTunable(absl::string_view sysctl) {
  const auto& tunables = Tunables();
  auto found = std::find_if(tunables.begin(), tunables.end(),
                            [sysctl](const Tunable& t) { return t.sysctl == sysctl; });
  return found == tunables.end() ? nullptr : &*found;
}

absl::Status CheckWritable(absl::string_view sysctl, absl::string_view value) {
  const Tunable* tunable = FindTunable(sysctl);
  if (tunable == nullptr) return Unknown(sysctl);
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
