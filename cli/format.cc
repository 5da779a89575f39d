#include "cli/format.h"

#include <cmath>

#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace berthmaster {

std::string PercentText(double share) {
  return absl::StrFormat("%d%%", static_cast<int64_t>(std::lround(share * 100)));
}

std::string DurationText(absl::Duration duration) {
  if (duration < absl::ZeroDuration()) return "0s";
  if (duration < absl::Seconds(10)) {
    return absl::StrFormat("%.1fs", absl::ToDoubleSeconds(duration));
  }
  int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 60) return absl::StrFormat("%ds", seconds);
  if (seconds < 3600) return absl::StrFormat("%dm%02ds", seconds / 60, seconds % 60);
  if (seconds < 86400) {
    return absl::StrFormat("%dh%02dm", seconds / 3600, seconds % 3600 / 60);
  }
  return absl::StrFormat("%dd%02dh", seconds / 86400, seconds % 86400 / 3600);
}

std::string DurationText(const google::protobuf::Duration& duration) {
  return DurationText(ToDuration(duration));
}

std::string AgeText(bool present, const google::protobuf::Timestamp& time, absl::Time now) {
  return present ? DurationText(now - ToTime(time)) : "-";
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", ToTime(time), absl::UTCTimeZone());
}

std::string RateText(double per_second) { return absl::StrFormat("%.1f", per_second); }

std::string EnumText(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return std::string(name);
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace berthmaster
