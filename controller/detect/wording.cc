#include "controller/detect/wording.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/ids/names.h"
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

std::string ListenerText(const PoolKey& key) {
  return Endpoint{key.destination.ToString(), key.destination_port}.ToString();
}

// What runs out, and what it does then.
struct Subjects {
  std::string what;
  absl::string_view verb;
};
Subjects SubjectsOf(const Incident& incident, const PoolFacts& facts, const std::string& where) {
  const PoolKey& key = incident.key;
  switch (incident.pool_kind) {
    case PoolKind::kConnect:
      return {absl::StrCat("connect() from ", FlowText(key), " in ", where), "runs out of ports"};
    case PoolKind::kTimeWaitTable:
      return {absl::StrCat("the TIME_WAIT table of ", where), "overflows"};
    case PoolKind::kBind:
      return {absl::StrCat("bind() on ", key.source.ToString(), " in ", where),
              "runs out of ports"};
    case PoolKind::kUdp:
      return {absl::StrCat("UDP on ", key.source.ToString(), " in ", where), "runs out of ports"};
    case PoolKind::kSnat:
      return {absl::StrCat("SNAT from ", FlowText(key), " in ", where), "runs out of ports"};
    case PoolKind::kConntrackTable:
      return {absl::StrCat("the conntrack table of ", where), "overflows"};
    case PoolKind::kListener:
      break;
  }
  absl::string_view queue = facts.is_handshakes ? "the handshakes" : "the accept queue";
  return {absl::StrCat(queue, " of listener ", ListenerText(key), " in ", where), "overflows"};
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

absl::string_view SeverityText(IncidentSeverity severity) {
  return severity == IncidentSeverity::kCritical ? "CRITICAL" : "WARNING";
}

std::string MemberText(const IncidentMember& member) {
  return absl::StrCat(PoolTitle({member.pool_kind, member.key}), " in ",
                      NetnsText(member.netns_label), " on ", member.host_id);
}

std::string SummaryText(const Incident& incident, const PoolFacts& facts) {
  const PoolSample& pool = facts.pool;
  std::string where = NetnsText(incident.netns_label);
  if (facts.is_finding) {
    return absl::StrFormat(
        "port %d of a listener on %s in %s that is gone is held by %d connections: its successor "
        "cannot bind() without SO_REUSEADDR",
        incident.key.destination_port, incident.key.destination.ToString(), where, pool.in_use);
  }
  std::string rate;
  if (pool.kind == PoolKind::kTimeWaitTable && pool.time_wait_rate.has_value()) {
    rate = absl::StrCat(", ", RateText(*pool.time_wait_rate), " more");
  } else if (pool.kind == PoolKind::kConnect && pool.connection_rate.has_value()) {
    rate = absl::StrFormat(", %.1f new connections a second", *pool.connection_rate);
  }
  Subjects subjects = SubjectsOf(incident, facts, where);
  return absl::StrFormat("%s %s (%d of %d in use%s)", subjects.what,
                         WhenText(incident, subjects.verb), pool.in_use - pool.reusable,
                         pool.capacity, rate);
}

std::string FirstSignText(int held, int capacity, std::optional<absl::Duration> time_left) {
  std::string when;
  if (time_left.has_value()) {
    when = absl::StrCat(", at its limit in ", SecondsText(*time_left), " if this goes on");
  }
  return absl::StrCat("first sign: ", ShareText(held, capacity), " in use", when);
}

std::string VerdictText(const Signal& signal, const PoolFacts& facts) {
  switch (signal.reason) {
    case Reason::kFailures:
      return absl::StrCat(facts.failures, " ",
                          NetnsEvidence::FailureText(facts.pool, facts.is_handshakes));
    case Reason::kFull:
      return "nothing is left";
    case Reason::kNearLimit:
      return absl::StrFormat("at %.0f %% or more for %s",
                             100 * facts.thresholds.near_limit_utilization_min,
                             SecondsText(facts.window.near_limit_time()));
    case Reason::kForecast:
      return facts.outcome.firm
                 ? "the forecast reaches the limit, by a load that goes on evenly"
                 : absl::StrCat("the forecast has reached the limit for ",
                                SecondsText(facts.window.strict_run()), " without a break");
    case Reason::kBlocked:
      return absl::StrCat("the listener has been gone for ",
                          SecondsText(facts.window.near_limit_time()), " at least");
    case Reason::kNone:
      break;
  }
  return "no reason";
}

std::string EffectText(const PoolFacts& facts) {
  absl::string_view effect = "connect() fails now";
  switch (facts.pool.kind) {
    case PoolKind::kConnect:
      break;
    case PoolKind::kTimeWaitTable:
      effect = "sockets close without TIME_WAIT now";
      break;
    case PoolKind::kBind:
      effect = "bind() to port 0 fails now";
      break;
    case PoolKind::kUdp:
      effect = "new UDP sockets get no port now";
      break;
    case PoolKind::kSnat:
    case PoolKind::kConntrackTable:
      effect = "packets of new connections are dropped now";
      break;
    case PoolKind::kListener:
      effect = facts.is_handshakes ? "new handshakes are dropped or get SYN cookies now"
                                   : "new connections are dropped now";
      break;
  }
  std::string failures;
  if (facts.failures > 0) {
    failures = absl::StrCat("; ", facts.failures, " ",
                            NetnsEvidence::FailureText(facts.pool, facts.is_handshakes));
  }
  return absl::StrFormat("%s (%d of %d in use%s)", effect, facts.pool.in_use - facts.pool.reusable,
                         facts.pool.capacity, failures);
}

}  // namespace berthmaster
