#include "controller/api/pool_history.h"

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

// What is shown when only the end of the interval is given, or nothing: the last hour.
constexpr absl::Duration kDefaultInterval = absl::Hours(1);

}  // namespace

absl::StatusOr<HistoryQuery> ParseHistoryQuery(const v1::GetPoolHistoryRequest& request,
                                               absl::Time now) {
  HistoryQuery query;
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("name", request.name()));
  absl::StatusOr<std::string> netns = NetnsOfPoolName(request.name());
  if (!netns.ok()) return Annotate(netns.status(), "name");
  query.pool_name = request.name();
  query.end = now;
  if (request.has_end_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(query.end, FromProto(request.end_time(), "end_time"));
  }
  query.start = query.end - kDefaultInterval;
  if (request.has_start_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(query.start, FromProto(request.start_time(), "start_time"));
  }
  if (query.start >= query.end) {
    return absl::InvalidArgumentError(
        absl::StrCat("start_time: ", absl::FormatTime(query.start, absl::UTCTimeZone()),
                     " is not before end_time ", absl::FormatTime(query.end, absl::UTCTimeZone()),
                     "; send an interval that is not empty"));
  }
  if (request.max_points() != 0) {
    BERTHMASTER_RETURN_IF_ERROR(
        CheckField("max_points", request.max_points(), kHistoryPointsMin, kHistoryPointsMax));
    query.points_max = request.max_points();
  }
  return query;
}

v1::PoolHistoryPoint ToProto(const PoolHistoryPoint& point) {
  v1::PoolHistoryPoint proto;
  *proto.mutable_sample_time() = ToProto(point.sample_time);
  proto.set_capacity(point.capacity);
  proto.set_in_use(point.in_use);
  proto.set_reusable(point.reusable);
  proto.set_time_wait(point.time_wait);
  proto.set_established(point.established);
  if (point.connection_rate.has_value()) proto.set_connection_rate(*point.connection_rate);
  return proto;
}

}  // namespace berthmaster
