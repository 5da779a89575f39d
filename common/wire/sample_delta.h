#ifndef BERTHMASTER_COMMON_WIRE_SAMPLE_DELTA_H_
#define BERTHMASTER_COMMON_WIRE_SAMPLE_DELTA_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// A sample as what changed since another one, its base. A host at rest changes little from sample
// to sample, so that most of a stream is this. Namespaces match by cookie, pools by kind and key;
// what changed in a pool is sent as the whole pool.

// Puts namespaces in the order of their cookies and pools in that of kind and key. It is the order
// in which FromDelta gives them, and samples in another one are sent in full.
void PutInOrder(HostSample& sample);

// `sample` as a delta against `base`; in full (base_sequence 0) when a delta would not be smaller,
// or could not say what the sample says: it is not in order, names something twice, or the base is
// not an earlier one.
v1::Sample ToDelta(absl::string_view host_id, const HostSample& base, const HostSample& sample);

// The same for a caller that has `full`, the full form of `sample`, already.
v1::Sample ToDelta(absl::string_view host_id, const HostSample& base, const HostSample& sample,
                   v1::Sample full);

// Reads either form back: FromDelta(ToDelta(host_id, base, x), base, host_id) == x. Beside the
// errors of FromProto, INVALID_ARGUMENT names the field for a delta against another base, for what
// it removes and the base has not, for what it names twice, and when the whole is beyond
// common/wire/bounds.h.
absl::StatusOr<HostSample> FromDelta(const v1::Sample& proto, const HostSample& base,
                                     absl::string_view host_id);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_SAMPLE_DELTA_H_
