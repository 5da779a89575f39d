#include "agent/link/delta_base.h"

#include <optional>
#include <utility>

#include "common/wire/sample_delta.h"
#include "common/wire/sample_wire.h"

namespace berthmaster {

void DeltaBase::Begin(bool accepts_deltas) {
  accepts_deltas_ = accepts_deltas;
  Forget();
}

void DeltaBase::Forget() {
  base_.reset();
  newest_.reset();
}

std::shared_ptr<const HostSample> DeltaBase::Decode(const v1::Sample& full) const {
  absl::StatusOr<HostSample> sample = FromProto(full, host_id_);
  // One beyond the contract's bounds is the controller's to refuse.
  if (!sample.ok()) return nullptr;
  return std::make_shared<const HostSample>(*std::move(sample));
}

v1::Sample DeltaBase::Encode(v1::Sample full) {
  if (!accepts_deltas_) return full;
  newest_ = Decode(full);
  if (base_ == nullptr || newest_ == nullptr) return full;
  return ToDelta(host_id_, *base_, *newest_, std::move(full));
}

void DeltaBase::Acknowledge(int64_t sequence, Spool& spool) {
  if (!accepts_deltas_) return;
  if (newest_ != nullptr && newest_->sequence == sequence) {
    base_ = newest_;
    return;
  }
  if (base_ != nullptr && base_->sequence >= sequence) return;
  std::optional<Spool::Record> record = spool.ReadAfter(sequence - 1);
  v1::Sample full;
  if (!record.has_value() || record->sequence != sequence ||
      !full.ParseFromString(record->payload)) {
    return;
  }
  if (auto sample = Decode(full); sample != nullptr) base_ = std::move(sample);
}

}  // namespace berthmaster
