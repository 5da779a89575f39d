#include "agent/collect/port_space.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

int32_t ReservedCount(const PortSpace& space) {
  // Most hosts reserve nothing, and counting takes as long as some hundred rows of a dump.
  return space.reserved.empty() ? 0 : space.reserved.CountIn(space.range);
}

}  // namespace

int32_t PortSpace::Capacity(int32_t blocked) const {
  // A range of one port is looked at whole.
  const int32_t looked_at = range.size() > 1 ? range.size() & ~1 : 1;
  return std::max(0, looked_at - ReservedCount(*this) - blocked);
}

int32_t PortSpace::OfferedCount() const { return range.size() - ReservedCount(*this); }

absl::StatusOr<PortSpace> ReadPortSpace(const std::map<std::string, std::string>& sysctls) {
  auto range = sysctls.find(std::string(kPortRangeSysctl));
  if (range == sysctls.end()) {
    return absl::NotFoundError(absl::StrCat(kPortRangeSysctl, " could not be read"));
  }
  PortSpace space;
  BERTHMASTER_ASSIGN_OR_RETURN(space.range, ParsePortRange(range->second));
  auto reserved = sysctls.find(std::string(kReservedPortsSysctl));
  if (reserved != sysctls.end()) {
    BERTHMASTER_ASSIGN_OR_RETURN(space.reserved, ParsePortSet(reserved->second));
  }
  return space;
}

}  // namespace berthmaster
