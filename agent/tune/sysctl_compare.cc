#include "agent/tune/sysctl_compare.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/net/port_range.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

// As the kernel would print it.
std::string Canonical(absl::string_view sysctl, absl::string_view value) {
  std::string text = NormalizeSysctlValue(value);
  const Tunable* tunable = FindTunable(sysctl);
  if (tunable == nullptr) return text;
  switch (tunable->form) {
    case TunableForm::kInteger: {
      int64_t number = 0;
      return absl::SimpleAtoi(text, &number) ? absl::StrCat(number) : text;
    }
    case TunableForm::kPortRange: {
      absl::StatusOr<PortRange> range = ParsePortRange(text);
      return range.ok() ? NormalizeSysctlValue(range->ToSysctl()) : text;
    }
    case TunableForm::kPortSet: {
      absl::StatusOr<PortSet> ports = ParsePortSet(text);
      return ports.ok() ? ports->ToSysctl() : text;
    }
  }
  return text;
}

}  // namespace

bool SameSysctlValue(absl::string_view sysctl, absl::string_view a, absl::string_view b) {
  return Canonical(sysctl, a) == Canonical(sysctl, b);
}

}  // namespace berthmaster
