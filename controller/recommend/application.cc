#include "controller/recommend/application.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "common/net/endpoint.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

// Room for the load to swing, and one connection that is being replaced.
constexpr double kPoolHeadroom = 1.5;
constexpr int kPoolSpare = 1;

struct Mending {
  absl::string_view ss_state;
  absl::string_view summary;
  absl::string_view rationale;
};

Mending MendingOf(IncidentCause cause) {
  switch (cause) {
    case IncidentCause::kCloseWaitLeak:
      return {
          "close-wait", "close the connections that the peer has closed",
          "In CLOSE_WAIT the peer has closed and this application has not: the kernel waits for "
          "its close() for ever, and no sysctl ends it. Look for a path that drops a response "
          "without closing its body, an error path that returns early, or a pool that does not "
          "notice a dead connection. A restart frees the ports until it leaks again."};
    case IncidentCause::kSynSentPileUp:
      return {
          "syn-sent", "mend or leave out the destination that does not answer",
          "Each connect() to a destination that does not answer holds its port until the SYN "
          "retries end, about two minutes. More ports only wait longer. Look at the destination "
          "and at firewalls on the way, set a connect timeout of a few seconds, limit the "
          "connects that are under way, and stop dialling for a while after failures."};
    case IncidentCause::kFinWaitPileUp:
      return {
          "all", "find out why the peer does not finish closing",
          "This side has closed and the peer's part is missing: FIN_WAIT_1, CLOSING and LAST_ACK "
          "wait for an acknowledgement, FIN_WAIT_2 for the peer's FIN. Look for a peer that is "
          "dead or does not read its end, for a firewall that drops the FIN, and for a "
          "shutdown() here that no close() follows."};
    case IncidentCause::kRangeTooSmall:
      return {
          "established", "spread the connections over more addresses, or carry more on each",
          "The connections are in use, so a pool saves few. A second source address, destination "
          "address or destination port has a range of its own; HTTP/2 or pipelining carries more "
          "on one connection."};
    case IncidentCause::kTimeWaitChurn:
    case IncidentCause::kEstablishedLeak:
    case IncidentCause::kTimeWaitTable:
    case IncidentCause::kEarlyBind:
    case IncidentCause::kSnatPool:
    case IncidentCause::kConntrackTable:
    case IncidentCause::kListenerOverflow:
    case IncidentCause::kSynFlood:
    case IncidentCause::kRestartBlocked:
    case IncidentCause::kUdpPorts:
      break;
  }
  return {"established", "close the connections that are opened and not used again",
          "Connections are opened and hardly any is closed, so the pool fills however large it is. "
          "Look for a client that is made anew for each request, a pool without an upper bound or "
          "idle time-out, or a response that is never read to its end. A restart frees the ports "
          "until it leaks again."};
}

std::string SsCommand(const RemedyContext& context, absl::string_view state) {
  const PoolKey& key = context.pool.key;
  return absl::StrCat(CommandPrefix(context.netns), "ss -tnp state ", state, " dst ",
                      Endpoint{key.destination.ToString(), key.destination_port}.ToString());
}

}  // namespace

std::optional<Recommendation> PoolConnections(const RemedyContext& context) {
  const PoolSample& pool = context.pool;
  if (!pool.connection_rate.has_value() || !pool.hold_time.has_value()) return std::nullopt;
  std::optional<double> settled = context.settled_in_use();
  if (!settled.has_value() || *pool.connection_rate <= 0) return std::nullopt;
  double busy = *pool.connection_rate * absl::ToDoubleSeconds(*pool.hold_time);
  double size = std::ceil(busy * kPoolHeadroom) + kPoolSpare;
  double held = std::max<double>(*settled, pool.in_use - pool.reusable);
  if (size >= held || size > pool.capacity) return std::nullopt;

  Recommendation advice = StartRecommendation(context, RecommendationKind::kPooling);
  PoolingAdvice numbers;
  numbers.connection_pool_size = static_cast<int32_t>(size);
  numbers.connection_rate = *pool.connection_rate;
  numbers.hold_time = *pool.hold_time;
  numbers.ports_saved = static_cast<int32_t>(std::min(held - size, 1e9));
  advice.pooling = numbers;
  advice.what_if.before = OutlookOf(pool, context.before);
  advice.what_if.after = {pool.capacity, pool.utilization(), size / pool.capacity, std::nullopt};
  advice.summary = absl::StrFormat(
      "reuse connections to %s: a pool of %d in place of %.1f new ones a second",
      Endpoint{pool.key.destination.ToString(), pool.key.destination_port}.ToString(),
      numbers.connection_pool_size, numbers.connection_rate);
  advice.rationale = absl::StrFormat(
      "By Little's law %.1f connections a second, each open for %s, are %.1f open at once. A pool "
      "of "
      "%d carries them with half as much again to spare, and about %d ports are held no longer. It "
      "is the lasting cure: nothing is left to wait in TIME_WAIT.",
      numbers.connection_rate, SecondsText(numbers.hold_time), busy, numbers.connection_pool_size,
      numbers.ports_saved);
  advice.evidence.push_back({"mean time open", SecondsText(numbers.hold_time)});
  advice.caveats = {
      "Keep idle connections for less time than the server and any firewall between do.",
      "The application has to change: keep-alive, an upper bound and an idle time-out. No agent "
      "can "
      "do it.",
      "The time open is an upper bound of the time busy, so the pool may need to be no larger."};
  advice.risk = RecommendationRisk::kLow;
  advice.reversibility = "Whatever the application's own release process offers.";
  return advice;
}

Recommendation MendApplication(const RemedyContext& context) {
  Mending mending = MendingOf(context.incident.cause);
  Recommendation advice = StartRecommendation(context, RecommendationKind::kApplication);
  advice.summary = absl::StrCat(mending.summary, " (", FlowText(context.pool.key), ", ",
                                NetnsText(context.netns.label), ")");
  std::string where = context.netns.label == "host" || !CommandPrefix(context.netns).empty()
                          ? ""
                          : absl::StrCat(" (inside ", NetnsText(context.netns.label), ")");
  advice.rationale = absl::StrCat(
      mending.rationale, " Which process it is: ", SsCommand(context, mending.ss_state), where);
  if (!context.incident.evidence.empty()) advice.evidence = context.incident.evidence;
  advice.what_if.before = OutlookOf(context.pool, context.before);
  advice.what_if.after = advice.what_if.before;
  advice.caveats = {
      "What it brings can not be computed from a sample; the what-if shows no change."};
  advice.risk = RecommendationRisk::kLow;
  advice.reversibility = "Whatever the application's own release process offers.";
  return advice;
}

}  // namespace berthmaster
