#ifndef BERTHMASTER_CLI_FORMAT_H_
#define BERTHMASTER_CLI_FORMAT_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace berthmaster {

// Values as people read them in a terminal. Unknown is "-", never 0.

// "93%"; above 1 it goes on: "312%".
std::string PercentText(double share);
// "0.4s", "12s", "3m12s", "2h05m", "3d04h"; the two largest units.
std::string DurationText(absl::Duration duration);
std::string DurationText(const google::protobuf::Duration& duration);
// "12s" since `time`, "-" when it was never.
std::string AgeText(bool present, const google::protobuf::Timestamp& time, absl::Time now);
// RFC 3339 in UTC, to the second.
std::string TimeText(const google::protobuf::Timestamp& time);
// One decimal: "25.0".
std::string RateText(double per_second);
// An enum value without the prefix of its enum: "OPEN" for INCIDENT_STATE_OPEN.
std::string EnumText(absl::string_view name, absl::string_view prefix);

absl::Time ToTime(const google::protobuf::Timestamp& time);
absl::Duration ToDuration(const google::protobuf::Duration& duration);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_FORMAT_H_
