#include "common/wire/field_check.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

// How much of a bad value an error shows: enough to know it again.
constexpr size_t kShownBytesMax = 80;

}  // namespace

absl::Status FieldError(absl::string_view field, absl::string_view value, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": '", absl::CHexEscape(value.substr(0, kShownBytesMax)), "' ", what));
}

absl::Status CheckField(absl::string_view field, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return FieldError(field, absl::StrCat(value), absl::StrCat("is not from ", min, " to ", max));
}

absl::Status CheckFieldNumber(absl::string_view field, double value, double max) {
  // Written so that a NaN fails.
  if (value >= 0 && value <= max) return absl::OkStatus();
  return FieldError(field, absl::StrCat(value), absl::StrCat("is not a number from 0 to ", max));
}

absl::Status CheckFieldText(absl::string_view field, absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return absl::OkStatus();
  return FieldError(
      field, text,
      absl::StrCat("(cut here) has ", text.size(), " bytes; at most ", bytes_max, " are allowed"));
}

absl::Status CheckFieldCount(absl::string_view field, int count, int count_max) {
  if (count <= count_max) return absl::OkStatus();
  return FieldError(field, absl::StrCat(count),
                    absl::StrCat("entries are too many; at most ", count_max, " are allowed"));
}

}  // namespace berthmaster
