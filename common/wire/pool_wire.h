#ifndef BERTHMASTER_COMMON_WIRE_POOL_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_POOL_WIRE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "berthmaster/v1/pool.pb.h"
#include "common/forecast/forecast.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The pool as the API shows it, with its names, headroom and utilization. `forecast` fills
// settled_utilization and time_to_exhaustion; null leaves them out. `with_curve` adds
// time_wait_releases and, where there is a forecast, its curve: for GetPool only.
v1::Pool ToProto(absl::string_view host_id, const NetnsSample& netns, const PoolSample& pool,
                 absl::Time sample_time, const Forecast* forecast, bool with_curve);

// The pool as it travels in a sample: what follows from the namespace or from other fields (the
// names, headroom, utilization, the sample's time) is left out, since it would be most of the
// bytes.
v1::Pool ToSampleProto(const PoolSample& pool);

// Reads either form back; the key is taken from the key fields, and what follows from other fields
// is ignored. INVALID_ARGUMENT names the field and its value: an unknown kind or state, an address
// that is none, a negative count, more reusable than in use, a rate that is not finite, more than
// kReleaseSeconds releases.
absl::StatusOr<PoolSample> FromProto(const v1::Pool& proto);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_POOL_WIRE_H_
