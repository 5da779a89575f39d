#include "absl/strings/str_cat.h"
#include "common/sysctl/judge.h"

namespace berthmaster {
namespace {

constexpr int64_t kListenBacklogDefault = 4096;
constexpr int64_t kSynRetriesDefault = 6;
constexpr int64_t kSynRetriesFew = 2;
// The sockets' own TIME_WAIT.
constexpr int64_t kTimeWaitSeconds = 60;
constexpr int64_t kDaySeconds = 86400;

void JudgeSynCookies(Judgement& judgement, int64_t cookies) {
  if (cookies == 0) {
    judgement.Say("syncookies-off", AdviceSeverity::kWarning);
  } else if (cookies == 2) {
    judgement.Say("syncookies-always", AdviceSeverity::kWarning);
  } else {
    judgement.Say("syncookies-not-ports", judgement.ErrorIfWantsPorts(AdviceSeverity::kNote));
    return;
  }
  if (judgement.wants_ports()) judgement.Say("syncookies-not-ports", AdviceSeverity::kError);
}

void JudgeSynRetries(Judgement& judgement, int64_t retries) {
  if (retries > kSynRetriesDefault) {
    judgement.Say("syn-retries-long", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning));
  } else if (retries >= 1 && retries <= kSynRetriesFew) {
    judgement.Say("syn-retries-few", AdviceSeverity::kWarning);
  }
}

void JudgeEstablishedTimeout(Judgement& judgement, int64_t seconds) {
  constexpr absl::string_view kKeepaliveTime = "net.ipv4.tcp_keepalive_time";
  const std::optional<int64_t> keepalive = judgement.IntegerOf(kKeepaliveTime);
  if (seconds > kDaySeconds) {
    judgement.Say("conntrack-established-long", AdviceSeverity::kNote);
  } else if (keepalive.has_value() && seconds <= *keepalive) {
    judgement.Say("conntrack-established-short", AdviceSeverity::kWarning,
                  absl::StrCat(kKeepaliveTime, " is ", *keepalive, " here."),
                  {std::string(kKeepaliveTime)});
  }
}

}  // namespace

void JudgeQueues(Judgement& judgement, int64_t number) {
  const absl::string_view name = judgement.name();
  if (name == kSynCookiesSysctl) {
    JudgeSynCookies(judgement, number);
  } else if (name == kListenBacklogMaxSysctl) {
    if (number < kListenBacklogDefault) {
      judgement.Say("somaxconn-low",
                    number < 128 ? AdviceSeverity::kWarning : AdviceSeverity::kNote);
    }
  } else if (name == kSynRetriesSysctl) {
    JudgeSynRetries(judgement, number);
  } else if (name == kConntrackTimeWaitSysctl) {
    if (number < kTimeWaitSeconds) {
      judgement.Say("conntrack-time-wait-short", AdviceSeverity::kWarning);
    }
  } else if (name == kConntrackEstablishedSysctl) {
    JudgeEstablishedTimeout(judgement, number);
  } else if (name == kConntrackMaxSysctl) {
    if (judgement.wants_ports()) judgement.Say("conntrack-max-is-memory", AdviceSeverity::kError);
  }
}

}  // namespace berthmaster
