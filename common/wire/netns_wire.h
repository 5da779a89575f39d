#ifndef BERTHMASTER_COMMON_WIRE_NETNS_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_NETNS_WIRE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "berthmaster/v1/host.pb.h"
#include "common/protocol/sample.h"
#include "google/protobuf/repeated_field.h"

namespace berthmaster {

// The namespace as the API shows it, without its pools.
v1::Netns ToProto(absl::string_view host_id, const NetnsSample& netns, absl::Time sample_time);

// Reads a namespace of the host `host_id` into `netns`, all but its pools. INVALID_ARGUMENT names
// the field and its value. Findings of a kind from a later version are left out.
absl::Status ReadNetns(const v1::Netns& proto, absl::string_view host_id, NetnsSample& netns);

// Texts for a person, bounded.
absl::Status ReadTexts(absl::string_view field,
                       const google::protobuf::RepeatedPtrField<std::string>& texts,
                       std::vector<std::string>& plain);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_NETNS_WIRE_H_
