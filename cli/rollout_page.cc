#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/columns.h"
#include "cli/format.h"
#include "cli/page.h"
#include "cli/table.h"

namespace berthmaster {
namespace {

std::string Counted(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string WavesText(const v1::RolloutPlan& plan) {
  if (plan.waves().empty()) return "a tenth, a half, the rest";
  std::vector<std::string> sizes;
  for (const v1::WaveSize& wave : plan.waves()) {
    sizes.push_back(wave.has_percent() ? absl::StrCat(wave.percent(), "%")
                                       : absl::StrCat(wave.count()));
  }
  return absl::StrCat(absl::StrJoin(sizes, ", "), ", what is left");
}

// The number that people count it by: the canary is the first.
std::string WaveName(int wave) { return wave == 0 ? "canary" : absl::StrCat(wave + 1); }

std::string TargetStateText(const v1::RolloutTarget& target) {
  return EnumText(v1::TargetState_Name(target.state()), "TARGET_STATE_");
}

std::string CountsText(const v1::TargetCounts& counts) {
  std::vector<std::string> parts;
  auto add = [&parts](int count, absl::string_view word) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", word));
  };
  add(counts.holding(), "holding");
  add(counts.applying(), "applying");
  add(counts.waiting(), "waiting");
  add(counts.failed(), "failed");
  add(counts.reverted(), "reverted");
  add(counts.gone(), "gone");
  return absl::StrCat(counts.total(), parts.empty() ? "" : ": ", absl::StrJoin(parts, ", "));
}

// "2 HOLDING, 1 SOAKING" for each wave.
void AppendWaves(const v1::Rollout& rollout, Page& page) {
  struct Wave {
    int target_count = 0;
    std::map<v1::TargetState, int> by_state;
  };
  std::map<int, Wave> waves;
  for (const v1::RolloutTarget& target : rollout.targets()) {
    Wave& wave = waves[target.wave()];
    ++wave.target_count;
    ++wave.by_state[target.state()];
  }
  Table table({"WAVE", "TARGETS", "STATES"});
  for (const auto& [number, wave] : waves) {
    std::vector<std::string> states;
    for (const auto& [state, count] : wave.by_state) {
      states.push_back(
          absl::StrCat(count, " ", EnumText(v1::TargetState_Name(state), "TARGET_STATE_")));
    }
    table.AddRow({WaveName(number), absl::StrCat(wave.target_count), absl::StrJoin(states, ", ")});
  }
  page.BeginSection("Waves");
  page.AddText(table.Render());
}

// "0.1 → 10.0", before and since the write.
std::string GateText(const v1::TargetGates& gates, double (v1::GateRates::*rate)() const) {
  if (!gates.has_before() && !gates.has_after()) return "-";
  return absl::StrCat(gates.has_before() ? RateText((gates.before().*rate)()) : "-", " → ",
                      gates.has_after() ? RateText((gates.after().*rate)()) : "-");
}

std::string UtilizationText(bool present, const v1::Outlook& outlook) {
  return present ? PercentText(outlook.utilization()) : "-";
}

void AppendTargets(const v1::Rollout& rollout, Page& page) {
  Table table({"TARGET", "WAVE", "STATE", "UTIL.", "PREDICTED", "FAILURES/S", "RESETS/S",
               "RETRANSMITS/S", "TW OVERFLOWS/S", "MESSAGE"});
  for (const v1::RolloutTarget& target : rollout.targets()) {
    table.AddRow({absl::StrCat(HostOf(target.netns()), "/", target.netns_label()),
                  WaveName(target.wave()), TargetStateText(target),
                  UtilizationText(target.has_before(), target.before()),
                  UtilizationText(target.has_predicted(), target.predicted()),
                  GateText(target.gates(), &v1::GateRates::failures),
                  GateText(target.gates(), &v1::GateRates::resets),
                  GateText(target.gates(), &v1::GateRates::retransmits),
                  GateText(target.gates(), &v1::GateRates::time_wait_overflows), target.message()});
  }
  page.BeginSection("Targets; utilization and rates before the change → since");
  page.AddText(table.Render());
}

}  // namespace

void AppendPlan(const v1::RolloutPlan& plan, Page& page) {
  page.BeginSection("Plan");
  page.AddFact("Where", plan.selector().empty() ? "this namespace" : LabelsText(plan.selector()));
  page.AddFact("Canary", Counted(plan.canary_count() == 0 ? 1 : plan.canary_count(), "target"));
  page.AddFact("Then", WavesText(plan));
  page.AddFact("Soak",
               plan.has_soak() ? DurationText(plan.soak()) : "as the controller does by default");
  page.AddFact("Failures put up with", absl::StrCat(plan.failed_targets_max()));
  if (plan.pause_after_canary()) page.AddFact("After the canary", "pauses until it is resumed");
  if (plan.follows()) page.AddFact("What matches later", "gets it too");
  if (plan.persist()) page.AddFact("Over a reboot", "kept in /etc/sysctl.d, of host namespaces");
}

void AppendRolloutStatus(const v1::Rollout& rollout, Page& page) {
  page.AddFact("Name", rollout.name());
  page.AddFact("State", rollout.wave_count() > 1
                            ? absl::StrCat(StateText(rollout), ", wave ", rollout.wave() + 1,
                                           " of ", rollout.wave_count())
                            : StateText(rollout));
  page.AddFact("Message", rollout.message());
  if (rollout.has_pause()) {
    page.AddFact("Paused", absl::StrCat("by ", rollout.pause().pauser(), " at ",
                                        TimeText(rollout.pause().pause_time()), ": ",
                                        rollout.pause().reason()));
  }
  page.AddFact("Stopped", rollout.stop_reason());
  if (rollout.has_target_counts()) page.AddFact("Targets", CountsText(rollout.target_counts()));
  page.AddFact("Recommendation", rollout.recommendation());
  page.AddFact("Incident", rollout.incident());
  std::vector<std::string> approvers;
  for (const v1::Decision& approval : rollout.approvals()) approvers.push_back(approval.decider());
  page.AddFact("Approved by",
               approvers.empty() ? rollout.approver() : absl::StrJoin(approvers, ", "));
  page.AddFact("Approved", MomentText(rollout.has_create_time(), rollout.create_time()));
  page.AddFact("Changed", MomentText(rollout.has_update_time(), rollout.update_time()));
  page.AddFact("Etag", rollout.etag());
  if (!rollout.plan().selector().empty()) AppendPlan(rollout.plan(), page);
  if (rollout.targets().empty()) return;
  if (rollout.wave_count() > 1) AppendWaves(rollout, page);
  AppendTargets(rollout, page);
}

void AppendRollout(const v1::Rollout& rollout, Page& page) {
  AppendRolloutStatus(rollout, page);
  for (const v1::RolloutTarget& target : rollout.targets()) {
    page.BeginSection(absl::StrCat("Target ", target.netns_label(), " (", target.netns(), ")"));
    for (const v1::TargetSysctl& sysctl : target.sysctls()) {
      page.AddFact("Sysctl", sysctl.change().sysctl());
      page.AddFact("State", EnumText(v1::ApplyState_Name(sysctl.state()), "APPLY_STATE_"));
      page.AddFact("Before", sysctl.change().expected_value());
      page.AddFact("Desired", sysctl.change().desired_value());
      page.AddFact("Applied", sysctl.applied_value());
      page.AddFact("Effective", sysctl.effective_value());
      page.AddFact("Error", sysctl.error());
    }
  }
}

}  // namespace berthmaster
