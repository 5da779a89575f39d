#ifndef BERTHMASTER_COMMON_WIRE_SAMPLE_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_SAMPLE_WIRE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The sample as an agent sends it. The cookie of a namespace travels as the last part of its name.
v1::Sample ToProto(absl::string_view host_id, const HostSample& sample);

// Reads a sample of the agent of `host_id`. INVALID_ARGUMENT names the field and its value: a
// namespace of another host or one named twice, a count or text beyond common/wire/bounds.h, a bad
// time, a bad pool; a delta, which common/wire/sample_delta.h reads. Pools of a kind from a later
// version are left out.
absl::StatusOr<HostSample> FromProto(const v1::Sample& proto, absl::string_view host_id);

// Reads what the message itself says, which of a delta is not the whole sample; its namespaces are
// those of the message, in its order.
absl::StatusOr<HostSample> ReadSampleMessage(const v1::Sample& proto, absl::string_view host_id);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_SAMPLE_WIRE_H_
