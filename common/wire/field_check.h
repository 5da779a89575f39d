#ifndef BERTHMASTER_COMMON_WIRE_FIELD_CHECK_H_
#define BERTHMASTER_COMMON_WIRE_FIELD_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/wire/bounds.h"

namespace berthmaster {

// The checks that every conversion from the wire uses. All errors are INVALID_ARGUMENT and say the
// field and its value.

absl::Status FieldError(absl::string_view field, absl::string_view value, absl::string_view what);

// Whether `value` is within [min, max].
absl::Status CheckField(absl::string_view field, int64_t value, int64_t min, int64_t max);

// Whether `value` is a number within [0, max].
absl::Status CheckFieldNumber(absl::string_view field, double value, double max);

// Whether `text` is at most `bytes_max` long.
absl::Status CheckFieldText(absl::string_view field, absl::string_view text,
                            size_t bytes_max = kWireTextBytesMax);

// Whether a repeated field or a map has at most `count_max` entries.
absl::Status CheckFieldCount(absl::string_view field, int count, int count_max = kWireEntriesMax);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_FIELD_CHECK_H_
