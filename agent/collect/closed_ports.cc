#include "agent/collect/closed_ports.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {

void ClosedPorts::Refresh(const NetnsEntry& netns, absl::Duration now,
                          BindOwnershipReader* reader) {
  if (reader == nullptr || is_refused_) return;
  const absl::Duration interval = is_urgent_ ? kClosedPortsUrgentInterval : kClosedPortsInterval;
  if (last_ask_.has_value() && now - *last_ask_ < interval) return;
  last_ask_ = now;
  is_urgent_ = false;
  absl::StatusOr<PortSet> ports = reader->ReadClosedPorts(netns);
  if (ports.ok()) {
    ports_ = *std::move(ports);
    limitation_.clear();
    return;
  }
  // An old answer would be taken for what is now.
  ports_.reset();
  limitation_ = absl::StrCat("ports closed by bind(): ", ports.status().message());
  is_refused_ = absl::IsUnimplemented(ports.status()) || absl::IsPermissionDenied(ports.status());
}

void ClosedPorts::NotePool(const PoolSample& pool) {
  if (pool.kind != PoolKind::kConnect) return;
  const bool is_past_half = pool.in_use > kUrgentUtilization * pool.capacity;
  const bool is_odd = !is_past_half && pool.in_use >= kWrongParitySocketsMin &&
                      pool.wrong_parity_share.value_or(0) > kWrongParityShare;
  is_urgent_ = is_urgent_ || is_past_half || is_odd;
}

}  // namespace berthmaster
