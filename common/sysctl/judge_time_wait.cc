#include "absl/strings/str_cat.h"
#include "common/sysctl/judge.h"

namespace berthmaster {
namespace {

constexpr int64_t kFinTimeoutDefault = 60;
// Peers on slow links need seconds to answer.
constexpr int64_t kFinTimeoutShort = 10;
// Up to here 2 * (T - 60) is below the default of 60.
constexpr int64_t kFinTimeoutShorterMax = 89;
// The default of a host with 2 GiB of memory; larger ones have more.
constexpr int64_t kTimeWaitBucketsLow = 8192;
// As many as connect() can leave towards one destination through the default range.
constexpr int64_t kTimeWaitBucketsOneDestination = 28232;
constexpr int64_t kReuseDelayDefaultMilliseconds = 1000;

std::string Timestamps(const Judgement& judgement) {
  return absl::StrCat("net.ipv4.tcp_timestamps is ",
                      judgement.IntegerOf(kTimestampsSysctl).value_or(1), " here.");
}

void JudgeReuse(Judgement& judgement, int64_t reuse) {
  const bool has_timestamps = judgement.IntegerOf(kTimestampsSysctl).value_or(1) != 0;
  if (reuse != 0 && !has_timestamps) {
    judgement.Say(
        "tw-reuse-without-timestamps",
        reuse == 1 ? AdviceSeverity::kError : judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
        Timestamps(judgement), {std::string(kTimestampsSysctl)});
  } else if (reuse == 1) {
    judgement.Say("tw-reuse-clients-only", AdviceSeverity::kNote);
  } else if (reuse == 0) {
    judgement.Say("tw-reuse-off", judgement.ErrorIfWantsPorts(AdviceSeverity::kNote));
  }
}

void JudgeFinTimeout(Judgement& judgement, int64_t seconds) {
  if (seconds <= 0) {
    judgement.Say("fin-timeout-short", AdviceSeverity::kError,
                  "The kernel takes 0 and less without a word.");
  } else if (seconds < kFinTimeoutShort) {
    judgement.Say("fin-timeout-short", AdviceSeverity::kWarning);
  }
  if (seconds > kFinTimeoutDefault) {
    judgement.Say("fin-timeout-above-60",
                  seconds <= kFinTimeoutShorterMax
                      ? AdviceSeverity::kError
                      : judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
                  absl::StrCat("With ", seconds, " an orphan in FIN_WAIT_2 lives ",
                               2 * (seconds - kFinTimeoutDefault), " s."));
  }
  if (seconds < kFinTimeoutDefault || judgement.wants_ports()) {
    judgement.Say("fin-timeout-not-time-wait",
                  judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning));
  }
}

void JudgeTimeWaitBuckets(Judgement& judgement, int64_t buckets) {
  const auto present = judgement.context().values.find(std::string(kTimeWaitBucketsSysctl));
  const bool is_known = present != judgement.context().values.end();
  const int64_t now = is_known ? judgement.IntegerOf(kTimeWaitBucketsSysctl).value_or(0) : 0;
  if (buckets < 0) {
    judgement.Say("tw-buckets-unlimited", AdviceSeverity::kWarning);
  } else if (buckets == 0) {
    judgement.Say("tw-buckets-low", AdviceSeverity::kError, "0 turns TIME_WAIT off.");
  } else if (buckets < kTimeWaitBucketsLow) {
    judgement.Say("tw-buckets-low", AdviceSeverity::kError,
                  absl::StrCat(buckets,
                               " is less than any host with 2 GiB of memory has by "
                               "default."));
  } else if (buckets < now) {
    judgement.Say("tw-buckets-low", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
                  absl::StrCat(buckets, " is less than the ", now, " in force."));
  } else if (buckets < kTimeWaitBucketsOneDestination) {
    judgement.Say("tw-buckets-low", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
                  absl::StrCat("One busy destination alone can leave more than ", buckets,
                               " through the default range of ports."));
  } else if (judgement.wants_ports()) {
    judgement.Say("tw-buckets-not-ports", AdviceSeverity::kError);
  }
}

void JudgeTimestamps(Judgement& judgement, int64_t timestamps) {
  if (timestamps == 0) {
    judgement.Say("timestamps-off", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning));
  } else if (timestamps == 2) {
    judgement.Say("timestamps-no-offset", AdviceSeverity::kNote);
  }
}

void JudgeRfc1337(Judgement& judgement, int64_t rfc1337) {
  if (rfc1337 == 0) return;
  if (judgement.IntegerOf(kTimestampsSysctl).value_or(1) == 0) {
    judgement.Say("rfc1337-without-timestamps", AdviceSeverity::kError, Timestamps(judgement),
                  {std::string(kTimestampsSysctl)});
  } else {
    judgement.Say("rfc1337-not-ports", judgement.ErrorIfWantsPorts(AdviceSeverity::kNote));
  }
}

}  // namespace

void JudgeTimeWait(Judgement& judgement, int64_t number) {
  const absl::string_view name = judgement.name();
  if (name == kTimeWaitReuseSysctl) {
    JudgeReuse(judgement, number);
  } else if (name == kTimeWaitReuseDelaySysctl) {
    if (number < kReuseDelayDefaultMilliseconds) {
      judgement.Say("tw-reuse-delay-short", AdviceSeverity::kWarning);
    }
  } else if (name == kFinTimeoutSysctl) {
    JudgeFinTimeout(judgement, number);
  } else if (name == kTimeWaitBucketsSysctl) {
    JudgeTimeWaitBuckets(judgement, number);
  } else if (name == kTimestampsSysctl) {
    JudgeTimestamps(judgement, number);
  } else if (name == kRfc1337Sysctl) {
    JudgeRfc1337(judgement, number);
  }
}

}  // namespace berthmaster
