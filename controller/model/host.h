#ifndef BERTHMASTER_CONTROLLER_MODEL_HOST_H_
#define BERTHMASTER_CONTROLLER_MODEL_HOST_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/protocol/identity.h"

namespace berthmaster {

enum class HostState : uint8_t { kAttached = 1, kDetached = 2, kUnreachable = 3 };

// A host with an agent, as control.db remembers it. What its newest sample says is in Fleet.
struct Host {
  std::string host_id;
  HostState state = HostState::kAttached;
  HostIdentity identity;
  absl::Time attach_time;
  // When the newest committed sample was taken; nothing before the first one.
  std::optional<absl::Time> sample_time;
  // The revision of the host's desired state; rises with every change of it.
  int64_t desired_revision = 0;

  friend bool operator==(const Host&, const Host&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_HOST_H_
