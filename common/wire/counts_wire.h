#ifndef BERTHMASTER_COMMON_WIRE_COUNTS_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_COUNTS_WIRE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/net/ip_address.h"
#include "common/protocol/sample.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_field.h"

namespace berthmaster {

// The counts that a pool and a remainder of pools have alike. Reading names `field` in its
// INVALID_ARGUMENT.

// States without a socket are left out.
void SetStates(const StateCounts& states, google::protobuf::Map<std::string, int32_t>& proto);
absl::Status ReadStates(absl::string_view field,
                        const google::protobuf::Map<std::string, int32_t>& proto,
                        StateCounts& states);

// Fills up to kReleaseSeconds entries, unless there are none.
absl::Status ReadReleases(absl::string_view field,
                          const google::protobuf::RepeatedField<int32_t>& proto,
                          std::vector<int32_t>& releases);

absl::Status ReadAddress(absl::string_view field, absl::string_view text, IpAddress& address);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_COUNTS_WIRE_H_
