#ifndef BERTHMASTER_COMMON_WIRE_TIME_WIRE_H_
#define BERTHMASTER_COMMON_WIRE_TIME_WIRE_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace berthmaster {

// Times with nanoseconds. What is outside the range that protobuf names valid (years 1 to 9999;
// 10,000 years either way) becomes the end of the range on the way out and INVALID_ARGUMENT naming
// `field` on the way in.
google::protobuf::Timestamp ToProto(absl::Time time);
google::protobuf::Duration ToProto(absl::Duration duration);
absl::StatusOr<absl::Time> FromProto(const google::protobuf::Timestamp& proto,
                                     absl::string_view field);
absl::StatusOr<absl::Duration> FromProto(const google::protobuf::Duration& proto,
                                         absl::string_view field);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_TIME_WIRE_H_
