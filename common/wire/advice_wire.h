#ifndef BERTHMASTER_COMMON_WIRE_ADVICE_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_ADVICE_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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

// The content of the file that has `workload`: JSON over many lines with the field names of
// advice.proto, the same bytes for the same advice. INTERNAL when a text is not UTF-8.
absl::StatusOr<std::string> WorkloadAdviceJson(const WorkloadAdvice& workload);
// Reads it back. Fields that are not known are passed over, for files of later versions;
// INVALID_ARGUMENT when it is not of this form.
absl::StatusOr<WorkloadAdvice> ParseWorkloadAdviceJson(absl::string_view json);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_ADVICE_WIRE_H_
