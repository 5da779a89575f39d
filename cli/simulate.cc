#include "cli/simulate.h"

#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/columns.h"
#include "cli/format.h"
#include "cli/page.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "common/config/convert.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

// Where the curves are shown; the forecast's ends at three minutes.
constexpr absl::Duration kShownOffsets[] = {absl::Seconds(10), absl::Seconds(30), absl::Seconds(60),
                                            absl::Seconds(120), absl::Seconds(180)};

std::string SettledText(const v1::Pool& pool) {
  return pool.has_settled_utilization() ? PercentText(pool.settled_utilization()) : "-";
}

std::string InUseAt(const v1::Pool& pool, absl::Duration offset) {
  for (const v1::ForecastPoint& point : pool.forecast()) {
    if (ToDuration(point.offset()) < offset) continue;
    return absl::StrFormat("%.0f", point.in_use());
  }
  return "-";
}

// "41s (38s to 55s)": at the upper and the lower end of what the load may be.
std::string ExhaustedText(const v1::Pool& pool) {
  std::string text = TimeLeftText(pool.has_time_to_exhaustion(), pool.time_to_exhaustion());
  if (!pool.has_time_to_exhaustion_min()) return text;
  return absl::StrCat(text, " (", TimeLeftText(true, pool.time_to_exhaustion_min()), " to ",
                      pool.has_time_to_exhaustion_max()
                          ? TimeLeftText(true, pool.time_to_exhaustion_max())
                          : "never",
                      ")");
}

// What connect() costs where the pool settles.
std::string CostText(const v1::Pool& pool) {
  if (!pool.has_settled_connect_cost()) return "-";
  const v1::ConnectCost& cost = pool.settled_connect_cost();
  const double micros = absl::ToDoubleMicroseconds(ToDuration(cost.cpu_each()));
  return absl::StrFormat("%.0fus%s", micros,
                         cost.has_core_share()
                             ? absl::StrCat(", ", PercentText(cost.core_share()), " of a core")
                             : "");
}

absl::StatusOr<v1::SimulateRecommendationRequest> RequestOf(const SimulateOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kPool, options.pool));
  v1::SimulateRecommendationRequest request;
  request.set_pool(ref.name);
  for (const auto& [setting, value] : options.settings) {
    (*request.mutable_settings())[setting] = value;
  }
  request.set_rate_factor(options.rate_factor);
  request.set_connection_pool_size(options.connection_pool_size);
  request.set_source_address_factor(options.source_address_factor);
  request.set_destination_factor(options.destination_factor);
  request.set_capacity(options.capacity);
  if (options.hold_time.empty()) return request;
  absl::StatusOr<ConfigValue> hold_time =
      ConvertConfigValue({.name = "hold-time", .kind = ConfigKind::kDuration}, {options.hold_time});
  if (!hold_time.ok()) return Annotate(hold_time.status(), "--hold-time");
  *request.mutable_hold_time() = ToProto(std::get<absl::Duration>(*hold_time));
  return request;
}

}  // namespace

std::string SimulationText(const v1::SimulateRecommendationResponse& response) {
  const v1::Pool& before = response.before();
  const v1::Pool& after = response.after();
  Table table({PoolText(before.name()), "AS IT IS", "THEN"});
  table.AddRow({"capacity", absl::StrCat(before.capacity()), absl::StrCat(after.capacity())});
  table.AddRow({"in use, not reusable", absl::StrCat(before.in_use() - before.reusable()),
                absl::StrCat(after.in_use() - after.reusable())});
  table.AddRow(
      {"utilization at once", PercentText(before.utilization()), PercentText(after.utilization())});
  table.AddRow({"settles at", SettledText(before), SettledText(after)});
  table.AddRow({"exhausted in", ExhaustedText(before), ExhaustedText(after)});
  table.AddRow({"connect() then costs", CostText(before), CostText(after)});
  for (absl::Duration offset : kShownOffsets) {
    table.AddRow({absl::StrCat("in use after ", DurationText(offset)), InUseAt(before, offset),
                  InUseAt(after, offset)});
  }
  Page page;
  AppendAdvice(response.advice(), page);
  if (response.notes_size() > 0) page.BeginSection("How it was reckoned");
  for (const std::string& note : response.notes()) page.AddText(note);
  return absl::StrCat(table.Render(), page.text());
}

absl::StatusOr<std::string> Simulate(Client& client, const SimulateOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(const v1::SimulateRecommendationRequest request, RequestOf(options));
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::SimulateRecommendationResponse response,
      client.Call(client.recommendations(),
                  &v1::RecommendationService::Stub::SimulateRecommendation, request));
  return Render(
      response, options.format, [&] { return response.after().name() + "\n"; },
      [&] { return SimulationText(response); });
}

}  // namespace berthmaster
