#include "controller/detect/wording.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/net/endpoint.h"

namespace berthmaster {
namespace {

std::string WhenText(const Incident& incident, absl::string_view verb) {
  if (!incident.time_to_exhaustion.has_value()) {
    return absl::StrFormat("is close to its limit, %.0f %% full", 100 * incident.utilization);
  }
  if (*incident.time_to_exhaustion <= absl::ZeroDuration()) return absl::StrCat(verb, " now");
  return absl::StrCat(verb, " in ", SecondsText(*incident.time_to_exhaustion));
}

}  // namespace

std::string SecondsText(absl::Duration duration) {
  double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  if (seconds < 119.5) return absl::StrFormat("%.0f s", seconds);
  if (seconds < 7170) return absl::StrFormat("%.0f min", seconds / 60);
  return absl::StrFormat("%.1f h", seconds / 3600);
}

std::string ShareText(double part, double whole) {
  return absl::StrFormat("%.0f %% (%.0f of %.0f)", whole > 0 ? 100 * part / whole : 100, part,
                         whole);
}

std::string RateText(double per_second) { return absl::StrFormat("%.1f a second", per_second); }

std::string FlowText(const PoolKey& key) {
  return absl::StrCat(key.source.ToString(), " to ",
                      Endpoint{key.destination.ToString(), key.destination_port}.ToString());
}

std::string NetnsText(absl::string_view label) {
  return label == "host" ? "the host's own netns" : absl::StrCat("netns ", label);
}

std::string SummaryText(const Incident& incident, const PoolSample& pool) {
  int held = pool.in_use - pool.reusable;
  std::string where = NetnsText(incident.netns_label);
  if (incident.pool_kind == PoolKind::kTimeWaitTable) {
    std::string rate = pool.time_wait_rate.has_value()
                           ? absl::StrCat(", ", RateText(*pool.time_wait_rate), " more")
                           : "";
    return absl::StrFormat("the TIME_WAIT table of %s %s (%d of %d in use%s)", where,
                           WhenText(incident, "overflows"), held, pool.capacity, rate);
  }
  std::string rate = pool.connection_rate.has_value()
                         ? absl::StrFormat(", %.1f new connections a second", *pool.connection_rate)
                         : "";
  return absl::StrFormat("connect() from %s in %s %s (%d of %d in use%s)", FlowText(incident.key),
                         where, WhenText(incident, "runs out of ports"), held, pool.capacity, rate);
}

}  // namespace berthmaster
