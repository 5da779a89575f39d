#include "controller/recommend/range_plan.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "common/sysctl/catalogue.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {
namespace {

// Ports below need a privilege where ip_unprivileged_port_start is not lowered, and even where it
// is, they are services'.
constexpr int kPortMin = 1024;
constexpr int kPortMax = 65535;

// Not known: the range is not taken below the NodePorts, because nothing can be reserved there.
int LowestPort(const NetnsSample& netns, bool reserved_known) {
  int start = kPortMin;
  auto value = EffectiveValue(netns, kUnprivilegedPortStartSysctl);
  if (value.has_value() && !absl::SimpleAtoi(*value, &start)) start = kPortMax;
  int lowest = std::max(start, kPortMin);
  if (!reserved_known) lowest = std::max<int>(lowest, kNodePorts.high + 1);
  return lowest + lowest % 2;
}

// Grows a range two ports at a time, so that its parity stays.
class Growth {
 public:
  Growth(const RangePlan& plan, const PortSet& kept, int blocked)
      : plan_(plan),
        kept_(kept),
        low_(plan.present.low),
        high_(plan.present.high),
        blocked_(blocked) {}

  void Align(int lowest) {
    if (low_ % 2 != 0) low_ += low_ > lowest ? -1 : 1;
    if (high_ % 2 == 0) ++high_;
    usable_ = Usable(low_, high_);
  }
  void Reach(int capacity_needed, int lowest) {
    while (capacity() < capacity_needed && high_ + 2 <= kPortMax) {
      usable_ += Usable(high_ + 1, high_ + 2);
      high_ += 2;
    }
    while (capacity() < capacity_needed && low_ - 2 >= lowest) {
      usable_ += Usable(low_ - 2, low_ - 1);
      low_ -= 2;
    }
  }
  int capacity() const { return std::max(usable_ - blocked_, 0); }
  PortRange range() const { return {static_cast<uint16_t>(low_), static_cast<uint16_t>(high_)}; }

 private:
  int Usable(int from, int to) const {
    int usable = 0;
    for (int port = from; port <= to; ++port) usable += IsUsable(port) ? 1 : 0;
    return usable;
  }
  bool IsUsable(int port) const { return !kept_.Contains(port) && !plan_.reserved.Contains(port); }

  const RangePlan& plan_;
  const PortSet& kept_;
  int low_;
  int high_;
  int blocked_;
  int usable_ = 0;
};

// Ports outside the present range that a wider one is not to take. What the range already covers is
// its own business.
PortSet KeptPorts(const NetnsSample& netns, PortRange present) {
  PortSet wanted = ServicePorts(netns);
  wanted.AddRange(kNodePorts);
  for (int port : kWellKnownPorts) wanted.Add(port);
  PortSet kept;
  for (int port = kPortMin; port <= kPortMax; ++port) {
    if (wanted.Contains(port) && !present.Contains(port)) kept.Add(port);
  }
  return kept;
}

}  // namespace

std::optional<RangePlan> PlanRange(const NetnsSample& netns, const PoolSample& pool,
                                   int32_t capacity_needed) {
  auto range_value = EffectiveValue(netns, kPortRangeSysctl);
  auto reserved_value = EffectiveValue(netns, kReservedPortsSysctl);
  auto present = ParsePortRange(range_value.value_or(""));
  auto present_reserved = ParsePortSet(reserved_value.value_or(""));
  if (!present.ok()) return std::nullopt;
  bool reserved_known = reserved_value.has_value() && present_reserved.ok();

  RangePlan plan;
  plan.present = *present;
  if (reserved_known) plan.present_reserved = *present_reserved;
  plan.reserved = plan.present_reserved;
  int listeners = 0;
  for (int port : netns.listening_ports_in_range) {
    bool known = reserved_known && port >= 0 && port <= kPortMax && present->Contains(port);
    if (!known || plan.reserved.Contains(port)) continue;
    plan.reserved.Add(port);
    ++listeners;
  }
  int lowest = LowestPort(netns, reserved_known);
  // A listener's port is blocked as it is, and once it is reserved it is not to count twice.
  const PortSet kept = reserved_known ? KeptPorts(netns, plan.present) : PortSet();
  Growth growth(plan, kept, std::max(pool.blocked - listeners, 0));
  growth.Align(lowest);
  growth.Reach(capacity_needed, lowest);
  plan.range = growth.range();
  plan.capacity = growth.capacity();
  if (plan.capacity <= pool.capacity) return std::nullopt;
  for (int port = plan.range.low; port <= plan.range.high; ++port) {
    if (kept.Contains(port)) plan.reserved.Add(port);
  }
  return plan;
}

}  // namespace berthmaster
