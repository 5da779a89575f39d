#include "controller/api/simulation.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/wire/bounds.h"
#include "common/wire/field_check.h"
#include "common/wire/pool_wire.h"
#include "common/wire/time_wire.h"
#include "controller/api/plan_conversion.h"
#include "controller/api/pool_view.h"
#include "controller/api/request_check.h"
#include "controller/recommend/what_if.h"
#include "controller/recommend/wish.h"

namespace berthmaster {
namespace {

absl::StatusOr<std::map<std::string, std::string>> SettingsOf(
    const v1::SimulateRecommendationRequest& request) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("settings", static_cast<int>(request.settings_size()),
                                              kSimulatedSettingsMax));
  std::map<std::string, std::string> settings;
  for (const auto& [setting, value] : request.settings()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("settings", setting));
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("settings", value, kWireSysctlValueBytesMax));
    settings.emplace(setting, value);
  }
  return settings;
}

// 0 stands for what is not set.
absl::Status CheckNotNegative(absl::string_view field, double value) {
  if (value >= 0) return absl::OkStatus();
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "WHAT_IF_INVALID",
                      absl::StrCat(field, ": is below 0"));
}

v1::Pool ToProto(const PoolRef& ref, const Projection& projection) {
  return berthmaster::ToProto(ref.host->host.host_id, *ref.netns, projection.pool,
                              ref.host->sample->sample_time, &projection.forecast,
                              /*with_curve=*/true);
}

}  // namespace

absl::StatusOr<PoolChange> LoadChangeOf(const v1::SimulateRecommendationRequest& request) {
  PoolChange change;
  BERTHMASTER_RETURN_IF_ERROR(CheckNotNegative("rate_factor", request.rate_factor()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckNotNegative("connection_pool_size", request.connection_pool_size()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckNotNegative("source_address_factor", request.source_address_factor()));
  BERTHMASTER_RETURN_IF_ERROR(CheckNotNegative("destination_factor", request.destination_factor()));
  BERTHMASTER_RETURN_IF_ERROR(CheckNotNegative("capacity", request.capacity()));
  if (request.rate_factor() != 0) change.rate_factor = request.rate_factor();
  if (request.has_hold_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(const absl::Duration hold_time,
                                 FromProto(request.hold_time(), "hold_time"));
    change.hold_time = hold_time;
  }
  if (request.connection_pool_size() != 0) {
    change.connection_pool_size = request.connection_pool_size();
  }
  if (request.source_address_factor() != 0) change.source_factor = request.source_address_factor();
  if (request.destination_factor() != 0) change.destination_factor = request.destination_factor();
  if (request.capacity() != 0) change.capacity = request.capacity();
  return change;
}

absl::Status FillSimulation(const Fleet& fleet, const v1::SimulateRecommendationRequest& request,
                            v1::SimulateRecommendationResponse& response) {
  BERTHMASTER_ASSIGN_OR_RETURN(const PoolChange load, LoadChangeOf(request));
  BERTHMASTER_ASSIGN_OR_RETURN(const auto settings, SettingsOf(request));
  absl::StatusOr<std::string> netns_name = NetnsOfPoolName(request.pool());
  if (!netns_name.ok()) return Annotate(netns_name.status(), "pool");
  BERTHMASTER_ASSIGN_OR_RETURN(const NetnsNameParts parts, ParseNetnsName(*netns_name));
  const Fleet::HostPointer host = fleet.FindHost(parts.host_id);
  if (host == nullptr) return NoSuch(request.pool());
  const NetnsSample* netns = FindNetns(*host, parts.netns_cookie);
  if (netns == nullptr) return NoSuch(request.pool());
  const PoolSample* pool =
      FindPool(*netns, absl::string_view(request.pool()).substr(request.pool().rfind('/') + 1));
  if (pool == nullptr) return NoSuch(request.pool());

  BERTHMASTER_ASSIGN_OR_RETURN(const WishAnswer wishes, TakeWishes(*netns, *pool, settings));
  BERTHMASTER_ASSIGN_OR_RETURN(
      const Simulation simulation,
      Simulate(*netns, *pool, Combined(wishes.change, load), /*history=*/nullptr));
  const PoolRef ref{host.get(), netns, pool};
  *response.mutable_before() = ToProto(ref, simulation.before);
  *response.mutable_after() = ToProto(ref, simulation.after);
  for (const std::string& note : simulation.notes) response.add_notes(note);
  for (const SettingAdvice& advice : wishes.advice)
    *response.add_advice() = berthmaster::ToProto(advice);
  return absl::OkStatus();
}

}  // namespace berthmaster
