#include "controller/recommend/remedy_context.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/forecast/reuse.h"
#include "common/sysctl/catalogue.h"
#include "controller/detect/inflow.h"
#include "controller/detect/thresholds.h"
#include "controller/detect/wording.h"

namespace berthmaster {
namespace {

// The rate of a peak is taken over as long as the agent's own.
constexpr size_t kPeakSeconds = 5;
// A full pool whose load would settle at no more than this lets through no more than it can.
constexpr double kCutOffSettledMax = 1.1;

double PeakCloseRate(const PoolSample& pool) {
  std::vector<int64_t> history = CloseHistory(pool);
  double most = 0;
  for (size_t from = 0; from + kPeakSeconds <= history.size(); ++from) {
    double sum = 0;
    for (size_t i = from; i < from + kPeakSeconds; ++i) sum += static_cast<double>(history[i]);
    most = std::max(most, sum / kPeakSeconds);
  }
  return most;
}

bool IsShellWord(absl::string_view text) {
  return !text.empty() && text[0] != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
}

std::optional<std::string> LabelOf(const NetnsSample& netns, const char* name) {
  auto found = netns.labels.find(name);
  if (found == netns.labels.end() || !IsShellWord(found->second)) return std::nullopt;
  return found->second;
}

bool IsPod(const NetnsSample& netns) {
  return std::any_of(netns.labels.begin(), netns.labels.end(),
                     [](const auto& label) { return absl::StartsWith(label.first, "pod"); });
}

std::string PodForm(const Recommendation& recommendation) {
  std::string safe = "# In the pod's spec:\nsecurityContext:\n  sysctls:\n";
  bool all_safe = true;
  for (const SysctlChange& change : recommendation.changes) {
    absl::StrAppend(&safe, "  - name: ", change.sysctl, "\n    value: \"", change.desired_value,
                    "\"\n");
    const Tunable* tunable = FindTunable(change.sysctl);
    all_safe = all_safe && tunable != nullptr && tunable->pod_safe;
  }
  if (!all_safe) absl::StrAppend(&safe, "# needs kubelet --allowed-unsafe-sysctls for it\n");
  return safe;
}

}  // namespace

std::optional<double> RemedyContext::settled_in_use() const {
  if (!before.settled_utilization.has_value()) return std::nullopt;
  return *before.settled_utilization * pool.capacity;
}

RemedyContext MakeRemedyContext(const Incident& incident, const NetnsSample& netns,
                                const PoolSample& pool, absl::Time now) {
  RemedyContext context{incident, netns, pool, ReuseDelay(netns.sysctls, pool.key), {}, false, now};
  bool at_limit = pool.utilization() >= kCriticalUtilizationMin;
  double peak = PeakCloseRate(pool);
  if (at_limit && peak > pool.connection_rate.value_or(0)) {
    context.pool.connection_rate = peak;
    context.pool.time_wait_rate = peak;
  }
  context.before = MakeForecast(context.pool, context.reuse_delay);
  context.demand_unknown =
      at_limit && context.before.settled_utilization.value_or(0) < kCutOffSettledMax;
  return context;
}

std::optional<std::string> EffectiveValue(const NetnsSample& netns, absl::string_view sysctl) {
  auto found = netns.sysctls.find(std::string(sysctl));
  if (found == netns.sysctls.end()) return std::nullopt;
  return found->second;
}

Outlook OutlookOf(const PoolSample& pool, const Forecast& forecast) {
  return {pool.capacity, pool.utilization(), forecast.settled_utilization,
          forecast.time_to_exhaustion};
}

WhatIf WhatIfOf(const RemedyContext& context, const PoolSample& after,
                std::optional<absl::Duration> reuse_delay_after) {
  return {OutlookOf(context.pool, context.before),
          OutlookOf(after, MakeForecast(after, reuse_delay_after))};
}

Recommendation StartRecommendation(const RemedyContext& context, RecommendationKind kind) {
  const PoolSample& pool = context.pool;
  Recommendation recommendation;
  recommendation.kind = kind;
  recommendation.incident_id = context.incident.id;
  recommendation.host_id = context.incident.host_id;
  recommendation.netns_cookie = context.incident.netns_cookie;
  recommendation.netns_inode = context.incident.netns_inode;
  recommendation.netns_label = context.incident.netns_label;
  recommendation.pool_name = context.incident.pool_name;
  recommendation.create_time = context.now;
  recommendation.update_time = context.now;
  recommendation.evidence.push_back(
      {"in use and not reusable", ShareText(pool.in_use - pool.reusable, pool.capacity)});
  if (pool.connection_rate.has_value()) {
    recommendation.evidence.push_back({"new connections", RateText(*pool.connection_rate)});
  }
  if (std::optional<double> settled = context.settled_in_use(); settled.has_value()) {
    recommendation.evidence.push_back(
        {"settles at, if the load goes on", absl::StrFormat("%.0f in use", *settled)});
  }
  return recommendation;
}

std::string DurableForm(const RemedyContext& context, const Recommendation& recommendation) {
  if (IsPod(context.netns)) return PodForm(recommendation);
  std::string lines;
  for (const SysctlChange& change : recommendation.changes) {
    absl::StrAppend(&lines, change.sysctl, " = ", change.desired_value, "\n");
  }
  if (context.netns.label == "host") {
    return absl::StrCat("# /etc/sysctl.d/60-berthmaster.conf\n", lines);
  }
  std::string form = absl::StrCat(
      "# A sysctl.d drop-in with these lines reaches the host's own "
      "netns only:\n",
      lines, "# for this netns, run where it is made:\n");
  for (const SysctlChange& change : recommendation.changes) {
    absl::StrAppend(&form, CommandPrefix(context.netns), "sysctl -w '", change.sysctl, "=",
                    change.desired_value, "'\n");
  }
  return form;
}

std::string CommandPrefix(const NetnsSample& netns) {
  if (netns.label == "host") return "";
  if (auto name = LabelOf(netns, "named")) return absl::StrCat("ip netns exec ", *name, " ");
  if (auto pid = LabelOf(netns, "pid")) return absl::StrCat("nsenter -n -t ", *pid, " ");
  return "";
}

}  // namespace berthmaster
