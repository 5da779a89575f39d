#include "controller/link/outbound.h"

#include <utility>

#include "common/wire/desired_state_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {

std::optional<v1::AttachResponse> Outbound::Next() {
  v1::AttachResponse response;
  if (welcome_.has_value()) {
    response.mutable_welcome()->set_committed_sequence(*std::exchange(welcome_, std::nullopt));
    response.mutable_welcome()->set_accepts_deltas(true);
    welcomed_ = true;
    return response;
  }
  if (!welcomed_) return std::nullopt;
  if (desired_.has_value()) {
    DesiredState desired = *std::exchange(desired_, std::nullopt);
    desired.nonce = ++last_nonce_;
    *response.mutable_desired_state() = ToProto(desired);
    return response;
  }
  if (ack_.has_value()) {
    response.mutable_sample_ack()->set_committed_sequence(*std::exchange(ack_, std::nullopt));
    return response;
  }
  if (std::exchange(wants_full_state_, false)) {
    response.mutable_full_state_request()->set_committed_sequence(committed_);
    return response;
  }
  if (retry_after_.has_value()) {
    *response.mutable_retry_after()->mutable_delay() =
        ToProto(*std::exchange(retry_after_, std::nullopt));
    return response;
  }
  return std::nullopt;
}

}  // namespace berthmaster
