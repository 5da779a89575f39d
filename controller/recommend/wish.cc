#include "controller/recommend/wish.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/setting_name.h"
#include "controller/recommend/sample_values.h"

namespace berthmaster {
namespace {

// More of a name or a value is not quoted.
constexpr size_t kQuotedMax = 64;

std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::CHexEscape(text.substr(0, kQuotedMax)), "'");
}

absl::Status Invalid(absl::string_view why) {
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "WHAT_IF_INVALID", why);
}

bool IsOfPorts(PoolKind kind) {
  return kind == PoolKind::kConnect || kind == PoolKind::kBind || kind == PoolKind::kUdp;
}

// Whether FIN_WAIT_2 is most of what holds ports here.
bool FinWait2Leads(const PoolSample& pool) {
  return 2 * pool.states[TcpState::kFinWait2] > pool.in_use;
}

AdviceContext ContextOf(const NetnsSample& netns, const PoolSample& pool,
                        absl::string_view setting) {
  AdviceContext context;
  const bool legitimate = setting == kFinTimeoutSysctl && FinWait2Leads(pool);
  context.goal =
      IsOfPorts(pool.kind) && !legitimate ? AdviceGoal::kFreePorts : AdviceGoal::kUnknown;
  if (IsPodNetns(netns)) context.place = AdvicePlace::kPod;
  if (IsHostNetns(netns)) context.place = AdvicePlace::kHost;
  context.values = netns.sysctls;
  context.listening_ports = ServicePorts(netns);
  return context;
}

absl::StatusOr<int64_t> Integer(absl::string_view setting, absl::string_view value) {
  int64_t number = 0;
  if (absl::SimpleAtoi(value, &number) && number >= INT32_MIN && number <= INT32_MAX) return number;
  return Invalid(absl::StrCat(setting, ": ", Quoted(value), " is not a whole number"));
}

// `setting` = `value` in terms of the model; nothing for a setting that is not in it.
absl::StatusOr<std::optional<PoolChange>> ChangeOf(absl::string_view setting,
                                                   absl::string_view value) {
  PoolChange change;
  if (setting == kPortRangeSysctl) {
    absl::StatusOr<PortRange> range = ParsePortRange(value);
    if (!range.ok()) return Invalid(absl::StrCat(setting, ": ", range.status().message()));
    change.port_range = *range;
    return change;
  }
  if (setting == kReservedPortsSysctl) {
    absl::StatusOr<PortSet> ports = ParsePortSet(value);
    if (!ports.ok()) return Invalid(absl::StrCat(setting, ": ", ports.status().message()));
    change.reserved_ports = *std::move(ports);
    return change;
  }
  const bool is_number = setting == kTimeWaitReuseSysctl || setting == kTimeWaitBucketsSysctl ||
                         setting == kSynRetriesSysctl || setting == kFinTimeoutSysctl ||
                         setting == kConntrackTimeWaitSysctl || setting == kConntrackMaxSysctl;
  if (!is_number) return std::nullopt;
  BERTHMASTER_ASSIGN_OR_RETURN(const int64_t number, Integer(setting, value));
  const auto small = static_cast<int32_t>(number);
  if (setting == kTimeWaitReuseSysctl) change.time_wait_reuse = small;
  if (setting == kTimeWaitBucketsSysctl) change.time_wait_buckets_max = number;
  if (setting == kSynRetriesSysctl) change.syn_retries = small;
  if (setting == kFinTimeoutSysctl) change.fin_timeout = absl::Seconds(number);
  if (setting == kConntrackTimeWaitSysctl) change.conntrack_time_wait = absl::Seconds(number);
  if (setting == kConntrackMaxSysctl) change.capacity = small;
  return change;
}

SettingAdvice Note(absl::string_view setting, absl::string_view value, absl::string_view reason) {
  SettingAdvice note;
  note.setting = std::string(setting);
  note.value = std::string(value);
  note.advice.id = "not-in-this-pool";
  note.advice.reason = std::string(reason);
  return note;
}

}  // namespace

std::vector<SettingAdvice> AnswerWish(const NetnsSample& netns, const PoolSample& pool,
                                      absl::string_view setting, absl::string_view value) {
  std::vector<SettingAdvice> answer;
  for (Advice& advice : JudgeSetting(setting, value, ContextOf(netns, pool, setting))) {
    answer.push_back(
        {std::string(setting), std::string(value.substr(0, kQuotedMax)), std::move(advice)});
  }
  return answer;
}

absl::StatusOr<WishAnswer> TakeWishes(const NetnsSample& netns, const PoolSample& pool,
                                      const std::map<std::string, std::string>& settings) {
  WishAnswer answer;
  for (const auto& [wanted, value] : settings) {
    const std::optional<absl::string_view> setting = FindSettingName(wanted);
    if (!setting.has_value()) {
      return Invalid(absl::StrCat(Quoted(wanted),
                                  ": Berthmaster knows no sysctl and no socket option of that "
                                  "name"));
    }
    for (SettingAdvice& advice : AnswerWish(netns, pool, *setting, value)) {
      answer.advice.push_back(std::move(advice));
    }
    BERTHMASTER_ASSIGN_OR_RETURN(const std::optional<PoolChange> change, ChangeOf(*setting, value));
    if (!change.has_value()) {
      answer.advice.push_back(
          Note(*setting, value, "It is no part of the model: the forecast is the same with it."));
      continue;
    }
    const absl::Status status = ApplyChange(netns, pool, *change).status();
    if (!status.ok()) {
      answer.advice.push_back(Note(*setting, value, status.message()));
      continue;
    }
    answer.change = Combined(answer.change, *change);
  }
  return answer;
}

}  // namespace berthmaster
