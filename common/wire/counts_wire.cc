#include "common/wire/counts_wire.h"

#include <limits>
#include <optional>

#include "common/status/annotate.h"
#include "common/wire/field_check.h"

namespace berthmaster {
namespace {

constexpr int32_t kCountMax = std::numeric_limits<int32_t>::max();

}  // namespace

void SetStates(const StateCounts& states, google::protobuf::Map<std::string, int32_t>& proto) {
  for (int index = 1; index < kTcpStateCount; ++index) {
    const auto state = static_cast<TcpState>(index);
    if (states[state] == 0) continue;
    proto[std::string(TcpStateName(state))] = states[state];
  }
}

absl::Status ReadStates(absl::string_view field,
                        const google::protobuf::Map<std::string, int32_t>& proto,
                        StateCounts& states) {
  // A map cannot name more states than there are once each name is known, so it needs no bound of
  // its own.
  for (const auto& entry : proto) {
    std::optional<TcpState> state = ParseTcpState(entry.first);
    if (!state.has_value()) return FieldError(field, entry.first, "is not a TCP state");
    BERTHMASTER_RETURN_IF_ERROR(CheckField(field, entry.second, 0, kCountMax));
    states[*state] = entry.second;
  }
  return absl::OkStatus();
}

absl::Status ReadReleases(absl::string_view field,
                          const google::protobuf::RepeatedField<int32_t>& proto,
                          std::vector<int32_t>& releases) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(field, proto.size(), kReleaseSeconds));
  for (int32_t count : proto) {
    BERTHMASTER_RETURN_IF_ERROR(CheckField(field, count, 0, kCountMax));
  }
  if (proto.empty()) return absl::OkStatus();
  releases.assign(proto.begin(), proto.end());
  releases.resize(kReleaseSeconds);
  return absl::OkStatus();
}

absl::Status ReadAddress(absl::string_view field, absl::string_view text, IpAddress& address) {
  absl::StatusOr<IpAddress> parsed = IpAddress::Parse(text);
  if (!parsed.ok()) return FieldError(field, text, "is not an IP address");
  address = *parsed;
  return absl::OkStatus();
}

}  // namespace berthmaster
