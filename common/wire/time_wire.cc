#include "common/wire/time_wire.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/wire/field_check.h"

namespace berthmaster {
namespace {

// google/protobuf/timestamp.proto and duration.proto name these limits.
constexpr int64_t kTimestampSecondsMin = -62135596800;
constexpr int64_t kTimestampSecondsMax = 253402300799;
constexpr int64_t kDurationSecondsMax = 315576000000;
constexpr int32_t kNanosMax = 999999999;

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  const absl::Time clamped = std::clamp(time, absl::FromUnixSeconds(kTimestampSecondsMin),
                                        absl::FromUnixSeconds(kTimestampSecondsMax));
  const int64_t seconds = absl::ToUnixSeconds(clamped);  // rounds towards the past
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(clamped - absl::FromUnixSeconds(seconds))));
  return proto;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  absl::Duration rest =
      std::clamp(duration, absl::Seconds(-kDurationSecondsMax), absl::Seconds(kDurationSecondsMax));
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<int32_t>(absl::IDivDuration(rest, absl::Nanoseconds(1), &rest)));
  return proto;
}

absl::StatusOr<absl::Time> FromProto(const google::protobuf::Timestamp& proto,
                                     absl::string_view field) {
  if (proto.seconds() < kTimestampSecondsMin || proto.seconds() > kTimestampSecondsMax ||
      proto.nanos() < 0 || proto.nanos() > kNanosMax) {
    return FieldError(field, absl::StrCat(proto.seconds(), " s ", proto.nanos(), " ns"),
                      "is not a time of the years 1 to 9999");
  }
  return absl::FromUnixSeconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

absl::StatusOr<absl::Duration> FromProto(const google::protobuf::Duration& proto,
                                         absl::string_view field) {
  const bool signs_differ =
      (proto.seconds() > 0 && proto.nanos() < 0) || (proto.seconds() < 0 && proto.nanos() > 0);
  if (proto.seconds() < -kDurationSecondsMax || proto.seconds() > kDurationSecondsMax ||
      proto.nanos() < -kNanosMax || proto.nanos() > kNanosMax || signs_differ) {
    return FieldError(field, absl::StrCat(proto.seconds(), " s ", proto.nanos(), " ns"),
                      "is not a duration within 10,000 years");
  }
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

}  // namespace berthmaster
