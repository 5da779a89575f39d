#include "controller/recommend/waiting_sockets.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/wording.h"
#include "controller/recommend/sample_values.h"
#include "controller/recommend/waiting.h"

namespace berthmaster {
namespace {

// Lower than 3 retries, a lossy path loses connections that a second try would have made.
constexpr int kSynRetryChoices[] = {5, 4, 3};
// Peers that answer at all send their FIN within seconds.
constexpr int kFinTimeoutChoices[] = {30, 20, 10};
// tcp_fin_timeout is worth a change where so much of what waits is FIN_WAIT_2.
constexpr double kFinWait2ShareMin = 0.5;

// The first of the choices below `present` that suffices, the last one otherwise.
template <size_t Count, typename MakeChange>
std::optional<int> Choose(const RemedyContext& context, const int (&choices)[Count],
                          int64_t present, MakeChange make_change) {
  std::optional<int> chosen;
  for (int choice : choices) {
    if (choice >= present) continue;
    chosen = choice;
    std::vector<std::string> notes;
    absl::StatusOr<Outlook> after = OutlookAfter(context, make_change(choice), notes);
    if (after.ok() && after->settled_utilization.value_or(1) <= kSufficientUtilizationMax) break;
  }
  return chosen;
}

PoolChange WithSynRetries(int retries) {
  PoolChange change;
  change.syn_retries = retries;
  return change;
}

PoolChange WithFinTimeout(int seconds) {
  PoolChange change;
  change.fin_timeout = absl::Seconds(seconds);
  return change;
}

int LinearTimeouts(const RemedyContext& context) {
  return static_cast<int>(EffectiveNumber(context.netns, kSynLinearTimeoutsSysctl).value_or(0));
}

// Above 60 the kernel gives twice what is beyond; a value that is no longer than the choice would
// be made longer by "lowering" it.
int64_t RealFinTimeout(int64_t seconds) {
  return absl::ToInt64Seconds(FinWait2Hold(absl::Seconds(seconds)));
}

}  // namespace

std::optional<Remedy> LowerSynRetries(const RemedyContext& context) {
  const auto present = EffectiveNumber(context.netns, kSynRetriesSysctl);
  const int32_t waiting = context.pool.states[TcpState::kSynSent];
  if (!present.has_value() || waiting == 0) return std::nullopt;
  const auto retries = Choose(context, kSynRetryChoices, *present, WithSynRetries);
  if (!retries.has_value()) return std::nullopt;
  const int linear = LinearTimeouts(context);
  const absl::Duration before = SynSentHold(static_cast<int>(*present), linear);
  const absl::Duration after = SynSentHold(*retries, linear);

  Remedy remedy = StartRemedy(context, RecommendationKind::kSynRetries, WithSynRetries(*retries));
  Recommendation& lower = remedy.recommendation;
  AddChange(context, kSynRetriesSysctl, absl::StrCat(*retries), lower);
  lower.summary = absl::StrFormat(
      "give up sooner on destinations that do not answer: net.ipv4.tcp_syn_retries = %d in %s, a "
      "port is held for %s in place of %s",
      *retries, NetnsText(context.netns.label), SecondsText(after), SecondsText(before));
  lower.rationale = absl::StrFormat(
      "%d sockets are in SYN_SENT. Each holds its port until the SYN retries end: with %d of them "
      "after %s, with %d after %s. Sockets that wait now read the new value at their next retry.",
      waiting, *present, SecondsText(before), *retries, SecondsText(after));
  lower.evidence.push_back({"SYN_SENT", absl::StrCat(waiting)});
  lower.preconditions = {"connections wait in SYN_SENT, so the destination does not answer"};
  lower.caveats.insert(
      lower.caveats.end(),
      {"It holds for every destination of the netns: one that takes longer than this to answer, "
       "after loss or a failover, is given up too.",
       "A refused connection ends at once and is not helped; nor is a client whose own connect "
       "timeout is shorter.",
       "The destination is still dead: look at it, and at firewalls on the way."});
  lower.risk = RecommendationRisk::kMedium;
  lower.reversibility = "Put back at once by a revert; nothing remains of it.";
  FinishSysctls(context, lower);
  return remedy;
}

std::optional<Remedy> LowerFinTimeout(const RemedyContext& context) {
  const auto present = EffectiveNumber(context.netns, kFinTimeoutSysctl);
  const StateCounts& states = context.pool.states;
  const int32_t orphans = states[TcpState::kFinWait2];
  const int32_t waiting = orphans + states[TcpState::kFinWait1] + states[TcpState::kClosing] +
                          states[TcpState::kLastAck];
  if (!present.has_value() || orphans == 0 || orphans < kFinWait2ShareMin * waiting) {
    return std::nullopt;
  }
  const auto seconds =
      Choose(context, kFinTimeoutChoices, RealFinTimeout(*present), WithFinTimeout);
  if (!seconds.has_value()) return std::nullopt;

  Remedy remedy = StartRemedy(context, RecommendationKind::kFinTimeout, WithFinTimeout(*seconds));
  Recommendation& lower = remedy.recommendation;
  AddChange(context, kFinTimeoutSysctl, absl::StrCat(*seconds), lower);
  lower.summary =
      absl::StrFormat("end orphans in FIN_WAIT_2 sooner: net.ipv4.tcp_fin_timeout = %d in %s",
                      *seconds, NetnsText(context.netns.label));
  lower.rationale = absl::StrFormat(
      "%d sockets are in FIN_WAIT_2: this side has closed, the peer's FIN is missing. Without an "
      "owner each stays for %s; with this value for %d s. It is for FIN_WAIT_2 only: TIME_WAIT "
      "lasts 60 s whatever it is.",
      orphans, SecondsText(FinWait2Hold(absl::Seconds(*present))), *seconds);
  if (*present > 60) {
    lower.evidence.push_back(
        {"tcp_fin_timeout in force",
         absl::StrFormat("%d, which the kernel makes %s of: above 60 it keeps a socket for twice "
                         "what is beyond 60",
                         *present, SecondsText(FinWait2Hold(absl::Seconds(*present))))});
  }
  lower.evidence.push_back(
      {"FIN_WAIT_2", absl::StrCat(orphans, " of ", waiting, " that wait for the peer")});
  lower.preconditions = {"most of what waits for the peer is FIN_WAIT_2"};
  lower.caveats.insert(
      lower.caveats.end(),
      {"Sockets that are in FIN_WAIT_2 now keep the time they began with.",
       "A socket whose application called shutdown() and not close() stays in FIN_WAIT_2 for ever; "
       "no sysctl ends it.",
       "A peer that sends its last data later than this gets a reset.",
       "Sockets with TCP_LINGER2 have their own time."});
  lower.risk = RecommendationRisk::kMedium;
  lower.reversibility = "Put back at once by a revert, for sockets that close after it.";
  FinishSysctls(context, lower);
  return remedy;
}

}  // namespace berthmaster
