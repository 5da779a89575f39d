#include "controller/recommend/listen_queue.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/net/endpoint.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {
namespace {

// The kernel's own default since 5.4, and how much longer than before a queue is made.
constexpr int64_t kBacklogLeast = 4096;
constexpr int64_t kBacklogFactor = 4;

std::string ListenerText(const PoolKey& key) {
  return Endpoint{key.destination.ToString(), key.destination_port}.ToString();
}

}  // namespace

std::optional<Remedy> LengthenBacklog(const RemedyContext& context) {
  const Tunable* tunable = FindTunable(kListenBacklogMaxSysctl);
  // A queue of backlog + 1 is the capacity.
  const int64_t backlog = context.pool.capacity - 1;
  const auto granted_max = EffectiveNumber(context.netns, kListenBacklogMaxSysctl);
  const int64_t wanted =
      std::min(std::max(kBacklogLeast, kBacklogFactor * backlog), tunable->value_max);
  if (backlog <= 0 || !granted_max.has_value() || wanted <= backlog) return std::nullopt;

  PoolChange change;
  change.capacity = static_cast<int32_t>(wanted + 1);
  Remedy remedy = StartRemedy(context, RecommendationKind::kBacklog, change);
  Recommendation& lengthen = remedy.recommendation;
  const std::string listener = ListenerText(context.pool.key);
  if (*granted_max < wanted) {
    AddChange(context, kListenBacklogMaxSysctl, absl::StrCat(wanted), lengthen);
  }
  // Without SYN cookies it is a limit of its own for half-open connections.
  const auto syn_backlog = EffectiveNumber(context.netns, kSynBacklogMaxSysctl);
  const bool cookies_off = EffectiveNumber(context.netns, kSynCookiesSysctl).value_or(1) == 0;
  if (cookies_off && syn_backlog.has_value() && *syn_backlog < wanted) {
    AddChange(context, kSynBacklogMaxSysctl, absl::StrCat(wanted), lengthen);
  }
  const bool limited = backlog >= *granted_max;
  lengthen.summary = absl::StrFormat(
      "lengthen the accept queue of %s from %d to %d%s", listener, backlog, wanted,
      limited ? ": net.core.somaxconn limits it" : ": the application asks listen() for no more");
  lengthen.rationale = absl::StrCat(
      "A connection that finds the accept queue full is dropped, and its client tries again after "
      "a second. The queue is the smaller of what listen() was asked for and of "
      "net.core.somaxconn (",
      *granted_max, "). A longer one carries bursts; it does not make the application faster.");
  lengthen.evidence.push_back({"backlog in force", absl::StrCat(backlog)});
  lengthen.evidence.push_back({"net.core.somaxconn", absl::StrCat(*granted_max)});
  lengthen.preconditions = {"the queue overflows at its present length"};
  lengthen.caveats.insert(
      lengthen.caveats.end(),
      {absl::StrCat("The application has to call listen() again, with a backlog of ", wanted,
                    ": restart or reload it. The listener of now keeps what it was granted."),
       "If the application accepts more slowly than clients come, any queue fills: then it needs "
       "more threads, processes or hosts.",
       "A longer queue is a longer wait: clients that time out before they are served are served "
       "for nothing."});
  lengthen.risk = RecommendationRisk::kLow;
  lengthen.scope =
      lengthen.changes.empty() ? RecommendationScope::kWorkload : RecommendationScope::kNamespace;
  lengthen.reversibility =
      "Put back at once by a revert; listeners keep their queue until they "
      "call listen() again.";
  FinishSysctls(context, lengthen);
  return remedy;
}

std::optional<Remedy> TurnOnSynCookies(const RemedyContext& context) {
  const auto present = EffectiveNumber(context.netns, kSynCookiesSysctl);
  if (!present.has_value() || *present != 0) return std::nullopt;
  Remedy remedy = StartRemedy(context, RecommendationKind::kSynCookies, std::nullopt);
  Recommendation& turn_on = remedy.recommendation;
  AddChange(context, kSynCookiesSysctl, "1", turn_on);
  turn_on.summary = absl::StrFormat(
      "answer SYN floods with cookies in %s: "
      "net.ipv4.tcp_syncookies = 1",
      NetnsText(context.netns.label));
  turn_on.rationale = absl::StrFormat(
      "%d handshakes towards %s are half open, and SYN cookies are off: once the queue is full, "
      "honest clients are dropped with the flood. With cookies the kernel keeps no state for a "
      "handshake while the queue is full, so that honest clients still get through.",
      context.pool.states[TcpState::kSynRecv], ListenerText(context.pool.key));
  turn_on.evidence.push_back({"half-open", absl::StrCat(context.pool.states[TcpState::kSynRecv])});
  turn_on.preconditions = {"SYN cookies are off (tcp_syncookies = 0)"};
  turn_on.caveats = {
      "A connection made by a cookie has no window scaling and no SACK unless timestamps carry "
      "them, so it may be slower.",
      "It does not make the flood less: filter it on the way.",
      "It has nothing to do with ephemeral ports or TIME_WAIT.",
      "The what-if shows no change: what gets through a flood can not be reckoned."};
  turn_on.risk = RecommendationRisk::kLow;
  turn_on.reversibility = "Put back at once by a revert; nothing remains of it.";
  FinishSysctls(context, turn_on);
  return remedy;
}

}  // namespace berthmaster
