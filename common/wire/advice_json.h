#ifndef BERTHMASTER_COMMON_WIRE_ADVICE_JSON_H_
#define BERTHMASTER_COMMON_WIRE_ADVICE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/advice.h"

namespace berthmaster {

// The content of the file that has `workload`: WorkloadAdvice of advice.proto as JSON over many
// lines, with the names of the fields as they are there; the same bytes for the same advice.
// INTERNAL when a text is not UTF-8.
absl::StatusOr<std::string> WorkloadAdviceJson(const WorkloadAdvice& workload);

// Reads it back. Fields that are not known are passed over, for files of later versions;
// INVALID_ARGUMENT when it is not of this form or out of bounds.
absl::StatusOr<WorkloadAdvice> ParseWorkloadAdviceJson(absl::string_view json);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_ADVICE_JSON_H_
