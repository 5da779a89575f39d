#include "controller/recommend/application.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "common/net/endpoint.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"
#include "controller/recommend/snippets.h"

namespace berthmaster {
namespace {

// A process that holds so much of a pool is named as the one.
constexpr double kCulpritShareMin = 0.5;

struct Mending {
  // For ss; empty where no state of a socket shows it.
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
          "retries end. More ports only wait longer. Look at the destination and at firewalls on "
          "the way, set a connect timeout of a few seconds, limit the connects that are under way, "
          "and stop dialling for a while after failures."};
    case IncidentCause::kFinWaitPileUp:
      return {
          "all", "find out why the peer does not finish closing",
          "This side has closed and the peer's part is missing: FIN_WAIT_1, CLOSING and LAST_ACK "
          "wait for an acknowledgement, FIN_WAIT_2 for the peer's FIN. Look for a peer that is "
          "dead or does not read its end, for a firewall that drops the FIN, and for a "
          "shutdown() here that no close() follows."};
    case IncidentCause::kRangeTooSmall:
      return {
          "established", "carry more on each connection",
          "The connections are in use, so a pool saves few. HTTP/2, pipelining or batches carry "
          "more on one connection; a second source address, destination address or destination "
          "port has a range of its own."};
    case IncidentCause::kEarlyBind:
      return {
          "all", "let connect() choose the port: IP_BIND_ADDRESS_NO_PORT before bind()",
          "These clients bind() to an address with port 0 before connect(). The kernel then has to "
          "choose a port that is free for every destination, and keeps it closed to all of them "
          "for "
          "60 s after the close. With IP_BIND_ADDRESS_NO_PORT the address is bound and connect() "
          "chooses the port, which only counts for its own destination. SO_REUSEADDR and "
          "SO_REUSEPORT do not help bind() to port 0."};
    case IncidentCause::kRestartBlocked:
      return {
          "", "set SO_REUSEADDR before bind() in the service that does not come back",
          "The listener is gone and its connections, most of them in TIME_WAIT, still hold the "
          "port: bind() fails with EADDRINUSE until they end, 60 s after the last close. With "
          "SO_REUSEADDR on the old and on the new listener bind() succeeds at once; on the new one "
          "alone it does not, since the flag is copied to what the old one leaves. No sysctl does "
          "this."};
    case IncidentCause::kUdpPorts:
      return {
          "all", "use one UDP socket for many exchanges",
          "A UDP socket takes a port of its address whatever its destination, for as long as it is "
          "open; there is no TIME_WAIT. Look for a socket made for each request (DNS without a "
          "cache, statistics, traces) and for timeouts that keep sockets of unanswered requests "
          "open; share one socket, or bind to further addresses."};
    case IncidentCause::kListenerOverflow:
      return {"", "accept faster: the application takes its connections too slowly",
              "Connections are complete and wait for accept(). Look for a loop that works on a "
              "connection before it takes the next, too few threads or processes, or a stop of the "
              "whole process (garbage collection, a lock, CPU limits). Several listeners with "
              "SO_REUSEPORT have a queue each."};
    case IncidentCause::kSynFlood:
      return {
          "", "keep the flood away from the listener",
          "Handshakes that their clients do not complete fill the listener's table. SYN cookies "
          "carry honest clients through; filter or limit the sources before this host. If the "
          "clients are honest, look for a path back that drops the SYN-ACK."};
    case IncidentCause::kSnatPool:
      return {
          "", "open fewer connections to this destination from behind the NAT",
          "All hosts or pods behind one NAT address share its ports towards a destination. Keep "
          "connections open and reuse them in the applications, or reach the destination without "
          "NAT."};
    case IncidentCause::kConntrackTable:
      return {
          "", "find out who makes the conntrack entries",
          "Each connection that passes takes an entry until its timeout. Look for scans, for short "
          "connections in great number and for DNS without a cache; traffic that needs no NAT and "
          "no stateful filter can be left out with a NOTRACK rule."};
    case IncidentCause::kTimeWaitChurn:
    case IncidentCause::kEstablishedLeak:
    case IncidentCause::kTimeWaitTable:
      break;
  }
  return {"established", "close the connections that are opened and not used again",
          "Connections are opened and hardly any is closed, so the pool fills however large it is. "
          "Look for a client that is made anew for each request, a pool without an upper bound or "
          "idle time-out, or a response that is never read to its end. A restart frees the ports "
          "until it leaks again."};
}

// How to see the sockets; empty where there is nothing to look at.
std::string LookCommand(const RemedyContext& context, absl::string_view ss_state) {
  const PoolKey& key = context.pool.key;
  const std::string prefix = CommandPrefix(context.netns);
  switch (context.pool.kind) {
    case PoolKind::kConnect:
      return absl::StrCat(prefix, "ss -tnp state ", ss_state, " dst ",
                          Endpoint{key.destination.ToString(), key.destination_port}.ToString());
    case PoolKind::kBind:
      return absl::StrCat(prefix, "ss -tanp src ", key.source.ToString());
    case PoolKind::kUdp:
      return absl::StrCat(prefix, "ss -uanp src ", key.source.ToString());
    case PoolKind::kListener:
      return absl::StrCat(prefix, "ss -tanp 'sport = :", key.destination_port, "'");
    case PoolKind::kSnat:
      return absl::StrCat(prefix, "conntrack -L -d ", key.destination.ToString(), " --dport ",
                          key.destination_port, " -p ",
                          key.protocol == IpProtocol::kUdp ? "udp" : "tcp");
    case PoolKind::kConntrackTable:
      return absl::StrCat(prefix, "conntrack -S");
    case PoolKind::kTimeWaitTable:
      return absl::StrCat(prefix, "ss -tan state time-wait");
  }
  return "";
}

std::string OwnerText(const PoolOwner& owner) {
  if (owner.process.empty()) return absl::StrCat("cgroup ", owner.cgroup);
  return owner.pid > 0 ? absl::StrCat(owner.process, " (pid ", owner.pid, ")") : owner.process;
}

// The process that holds most of the pool; nothing when none does.
std::optional<std::string> Culprit(const PoolSample& pool) {
  if (pool.owners.empty() || pool.in_use <= 0) return std::nullopt;
  const PoolOwner& first = pool.owners.front();
  if (first.sockets < kCulpritShareMin * pool.in_use) return std::nullopt;
  return OwnerText(first);
}

void AddOwners(const PoolSample& pool, Recommendation& advice) {
  for (const PoolOwner& owner : pool.owners) {
    advice.evidence.push_back(
        {"held by", absl::StrFormat("%s: %d of %d", OwnerText(owner), owner.sockets,
                                    std::max(pool.in_use, owner.sockets))});
  }
}

// A range of its own for the clients of an early bind: half of the sysctl's, so that the others
// keep the rest.
std::optional<PortRange> RangeOfItsOwn(const NetnsSample& netns) {
  const std::optional<PortRange> range = EffectivePortRange(netns);
  if (!range.has_value() || range->size() < 4) return std::nullopt;
  const int low = range->low + range->size() / 4 * 2;
  return PortRange{static_cast<uint16_t>(low), range->high};
}

void AddSnippets(const RemedyContext& context, Recommendation& advice) {
  const PoolKey& key = context.incident.key;
  if (context.incident.cause == IncidentCause::kRestartBlocked) {
    advice.snippets.push_back(ReuseAddressSnippet(key.destination_port));
  }
  if (context.incident.cause == IncidentCause::kEarlyBind) {
    advice.snippets.push_back(BindNoPortSnippet(key));
    if (auto range = RangeOfItsOwn(context.netns)) {
      advice.snippets.push_back(SocketPortRangeSnippet(*range));
      advice.caveats.push_back(
          "Where the port has to be known before connect(), IP_LOCAL_PORT_RANGE at least keeps "
          "these clients to a part of the range, so that the others keep the rest.");
    }
  }
}

}  // namespace

Remedy MendApplication(const RemedyContext& context) {
  const Mending mending = MendingOf(context.incident.cause);
  Remedy remedy = StartRemedy(context, RecommendationKind::kApplication, std::nullopt);
  Recommendation& advice = remedy.recommendation;
  const PoolKey& key = context.pool.key;
  const std::string pool =
      HasSource(context.pool.kind) && HasDestination(context.pool.kind) ? FlowText(key)
      : HasDestination(context.pool.kind)
          ? Endpoint{key.destination.ToString(), key.destination_port}.ToString()
      : HasSource(context.pool.kind) ? key.source.ToString()
                                     : std::string("all of it");
  const std::optional<std::string> culprit = Culprit(context.pool);
  advice.summary =
      absl::StrCat(culprit.has_value() ? absl::StrCat(*culprit, ": ") : "", mending.summary, " (",
                   pool, ", ", NetnsText(context.netns.label), ")");
  std::string where = IsHostNetns(context.netns) || !CommandPrefix(context.netns).empty()
                          ? ""
                          : absl::StrCat(" (inside ", NetnsText(context.netns.label), ")");
  advice.rationale = absl::StrCat(mending.rationale,
                                  " To see it: ", LookCommand(context, mending.ss_state), where);
  if (!context.incident.evidence.empty()) advice.evidence = context.incident.evidence;
  AddOwners(context.pool, advice);
  advice.caveats.push_back(
      "What it brings can not be computed from a sample; the what-if shows no change.");
  AddSnippets(context, advice);
  advice.scope = RecommendationScope::kWorkload;
  advice.risk = RecommendationRisk::kLow;
  advice.reversibility = "Whatever the application's own release process offers.";
  return remedy;
}

}  // namespace berthmaster
