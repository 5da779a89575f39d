#include "tests/simulation/operators.h"

#include "absl/strings/str_cat.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster::simulation {
namespace {

constexpr int kProposalsMax = 5;

}  // namespace

RolloutPlan Operators::Plan() {
  RolloutPlan plan;
  plan.selector = {{"tier", absl::StrCat(dice_->Pick(3))}};
  plan.canary_count = dice_->Between(1, 3);
  if (dice_->Chance(0.5)) {
    plan.waves = {{.count = dice_->Between(1, 4), .percent = 0}, {.count = 0, .percent = 50}};
  }
  plan.failed_targets_max = dice_->Chance(0.6) ? 0 : 2;
  plan.pause_after_canary = dice_->Chance(0.1);
  plan.follows = dice_->Chance(0.4);
  return plan;
}

void Operators::Propose() {
  ProposalRequest request;
  const int number = ++proposed_;
  // Values that nobody else writes.
  if (dice_->Chance(0.5)) {
    request.desired_values[std::string(kTimeWaitBucketsSysctl)] = absl::StrCat(262'144 + number);
  } else {
    request.desired_values[std::string(kPortRangeSysctl)] =
        absl::StrCat(32'768 + 2 * number, " 60999");
  }
  request.plan = Plan();
  request.proposer = "ann";
  request.reason = "more room";
  controller_
      ->Decide<ProposedChange>(
          [request](Decisions& decisions) { return decisions.Propose(request); })
      .status()
      .IgnoreError();
}

void Operators::Approve() {
  for (const auto& recommendation : controller_->fleet().Recommendations()) {
    if (recommendation->state != RecommendationState::kProposed) continue;
    DecisionRequest request;
    request.recommendation_id = recommendation->id;
    request.decider = dice_->Chance(0.5) ? "bob" : "eve";
    request.reason = "it is needed";
    controller_
        ->Decide<Recommendation>(
            [request](Decisions& decisions) { return decisions.Approve(request); })
        .status()
        .IgnoreError();
    return;
  }
}

void Operators::DecideOnSome() {
  const auto rollouts = controller_->fleet().Rollouts();
  if (rollouts.empty()) return;
  RolloutDecision decision;
  decision.rollout_id = rollouts[dice_->Pick(static_cast<int>(rollouts.size()))]->id;
  decision.verb = static_cast<RolloutVerb>(dice_->Pick(5));
  decision.who = "bob";
  decision.reason = "to see what happens";
  controller_
      ->Decide<Rollout>(
          [decision](Decisions& decisions) { return decisions.DecideRollout(decision); })
      .status()
      .IgnoreError();
}

void Operators::Act() {
  if (!controller_->up()) return;
  if (proposed_ < kProposalsMax && dice_->Chance(0.06)) {
    Propose();
  } else if (dice_->Chance(0.1)) {
    Approve();
  } else if (dice_->Chance(0.02)) {
    DecideOnSome();
  }
}

void Operators::ResumeAll() {
  if (!controller_->up()) return;
  for (const auto& rollout : controller_->fleet().Rollouts()) {
    if (!rollout->pause.has_value()) continue;
    RolloutDecision decision;
    decision.rollout_id = rollout->id;
    decision.verb = RolloutVerb::kResume;
    decision.who = "bob";
    decision.reason = "enough of it";
    controller_
        ->Decide<Rollout>(
            [decision](Decisions& decisions) { return decisions.DecideRollout(decision); })
        .status()
        .IgnoreError();
  }
}

}  // namespace berthmaster::simulation
