#ifndef BERTHMASTER_COMMON_WIRE_ADVICE_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_ADVICE_WIRE_H_

#include "absl/status/statusor.h"
#include "berthmaster/v1/advice.pb.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/protocol/advice.h"

namespace berthmaster {

// INVALID_ARGUMENT on the way in names the field and its value: a text out of bounds, an address
// that is none, a port, cookie, pool size or count out of range, a rate or a time that is no number
// or negative, an unknown protocol or state.
v1::DesiredAdvice ToProto(const DesiredAdvice& advice);
absl::StatusOr<DesiredAdvice> FromProto(const v1::DesiredAdvice& proto);

v1::AdviceResult ToProto(const AdviceResult& result);
absl::StatusOr<AdviceResult> FromProto(const v1::AdviceResult& proto);

// The published form. Hold times keep nanoseconds up to some days; more than kDesiredAdviceMax
// entries are refused.
v1::WorkloadAdvice ToProto(const WorkloadAdvice& workload);
absl::StatusOr<WorkloadAdvice> FromProto(const v1::WorkloadAdvice& proto);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_ADVICE_WIRE_H_
