#include "tests/simulation/world.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/value.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/operators.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim_agent.h"
#include "tests/simulation/sim_controller.h"
#include "tests/simulation/sim_network.h"

namespace berthmaster::simulation {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(500);
constexpr absl::Duration kStormy = absl::Seconds(100);
constexpr absl::Duration kCalm = absl::Seconds(120);
constexpr absl::Duration kLease = absl::Seconds(10);
// An agent looks each second, and tries a failed revert again after five.
constexpr absl::Duration kAfterLease = absl::Seconds(20);

EngineOptions Options() {
  EngineOptions options;
  options.host_timeout = absl::Seconds(15);
  options.lease = kLease;
  options.soak = absl::Seconds(3);
  options.apply_timeout = absl::Seconds(10);
  return options;
}

// How many agents a seed has: mostly few, so that many seeds fit; sometimes hundreds.
int AgentCount(uint64_t seed, Dice& dice) {
  if (seed % 200 == 0) return dice.Between(200, 300);
  if (seed % 20 == 0) return dice.Between(20, 50);
  return dice.Between(2, 8);
}

NetworkFaults FaultsOf(Dice& dice) {
  NetworkFaults faults;
  if (dice.Chance(0.3)) return faults;
  faults.lost = dice.Chance(0.5) ? 0.03 : 0;
  faults.doubled = dice.Chance(0.5) ? 0.1 : 0;
  faults.delay_max = dice.Between(absl::Milliseconds(20), absl::Seconds(4));
  return faults;
}

class World {
 public:
  World(uint64_t seed, const std::string& directory)
      : dice_(seed),
        network_(&dice_, FaultsOf(dice_)),
        controller_(&oracle_, &dice_, Options()),
        operators_(&dice_, &controller_) {
    const int count = AgentCount(seed, dice_);
    // With more agents each of them has fewer faults, so that something gets done.
    fault_rate_ = (dice_.Chance(0.2) ? 0.0 : 0.03) / std::max(1.0, count / 8.0);
    ends_without_controller_ = dice_.Chance(0.4);
    for (int i = 0; i < count; ++i) {
      agents_.push_back(std::make_unique<SimAgent>(
          absl::StrCat("h", i), SimAgent::World{&oracle_, &dice_, &network_, &controller_,
                                                !ends_without_controller_, directory}));
    }
  }

  Outcome Run() {
    for (absl::Duration t; t < kStormy; t += kTick) {
      operators_.Act();
      for (auto& agent : agents_) MaybeHurt(*agent);
      MaybeHurtController();
      Tick();
    }
    if (ends_without_controller_) {
      controller_.Kill(absl::InfiniteDuration());
      // Agents still crash, and start again.
      for (auto& agent : agents_) {
        agent->Heal();
        if (dice_.Chance(0.3)) agent->CrashSoon();
      }
      for (absl::Duration t; t < kLease + kAfterLease; t += kTick) Tick();
      CheckAtRest();
      return TakeOutcome();
    }
    network_.Heal();
    controller_.Heal();
    for (auto& agent : agents_) agent->Heal();
    for (absl::Duration t; t < kCalm; t += kTick) {
      operators_.ResumeAll();
      Tick();
    }
    CheckAtRest();
    for (const auto& [id, rollout] : oracle_.rollouts()) CheckEnd(rollout);
    return TakeOutcome();
  }

 private:
  void Tick() {
    now_ += kTick;
    for (auto& agent : agents_) agent->Tick(kTick);
    network_.Deliver(absl::Hours(1) + now_);
    controller_.Tick(kTick);
    network_.Deliver(absl::Hours(1) + now_);
  }

  void MaybeHurt(SimAgent& agent) {
    if (!dice_.Chance(fault_rate_)) return;
    SimKernel& kernel = agent.kernel();
    switch (dice_.Pick(10)) {
      case 0:
      case 1:
        agent.CrashSoon();
        break;
      case 2:
        agent.Kill();
        break;
      case 3:
        if (dice_.Chance(0.3)) agent.Reboot();
        break;
      case 4:
      case 5:
        agent.CutOff(dice_.Between(absl::Seconds(1), absl::Seconds(30)));
        break;
      case 6:
        agent.LieTo(dice_.Between(absl::Seconds(3), absl::Seconds(15)));
        break;
      case 7:
        kernel.FailWrites(dice_.Chance(0.5) ? absl::PermissionDeniedError("read-only /proc/sys")
                                            : absl::OkStatus());
        break;
      case 8:
        if (kernel.netns().size() > 1 && dice_.Chance(0.5)) {
          kernel.RemoveNetns(kernel.netns().front());
        } else {
          kernel.AddNetns();
        }
        break;
      default:
        WriteAsAdministrator(kernel);
        break;
    }
  }

  void WriteAsAdministrator(SimKernel& kernel) {
    if (kernel.netns().empty()) return;
    const NetnsId netns = kernel.netns()[dice_.Pick(static_cast<int>(kernel.netns().size()))];
    // Values that nobody else writes.
    const int number = ++administrators_writes_;
    if (dice_.Chance(0.5)) {
      kernel.WriteAsAdministrator(netns, std::string(kTimeWaitBucketsSysctl),
                                  absl::StrCat(140'000 + number));
    } else {
      kernel.WriteAsAdministrator(netns, std::string(kPortRangeSysctl),
                                  absl::StrCat(44'000 + 2 * number, " 60999"));
    }
  }

  void MaybeHurtController() {
    if (fault_rate_ == 0 || !dice_.Chance(0.03)) return;
    switch (dice_.Pick(5)) {
      case 0:
        controller_.CrashSoon();
        break;
      case 1:
        controller_.Kill(dice_.Between(absl::Milliseconds(500), absl::Seconds(25)));
        break;
      case 2:
        controller_.StepWallClock(dice_.Chance(0.5) ? absl::Hours(1) : -absl::Hours(1));
        break;
      case 3:
        controller_.FailCommits(absl::ResourceExhaustedError("disk full"));
        break;
      default:
        controller_.FailCommits(absl::OkStatus());
        break;
    }
  }

  void CheckAtRest() {
    for (const auto& agent : agents_) {
      for (const NetnsId& netns : agent->kernel().netns()) {
        for (const std::string& sysctl : SimKernel::Changed()) {
          oracle_.CheckAtRest({agent->host_id(), netns, sysctl},
                              agent->kernel().Get(netns, sysctl));
        }
      }
    }
  }

  std::string ValueAt(const RolloutTarget& target, const std::string& sysctl) const {
    for (const auto& agent : agents_) {
      if (agent->host_id() != target.host_id) continue;
      for (const NetnsId& netns : agent->kernel().netns()) {
        if (netns.cookie == target.netns_cookie && netns.inode == target.netns_inode) {
          return agent->kernel().Get(netns, sysctl);
        }
      }
    }
    return "gone";
  }

  // A newer rollout has the sysctl.
  bool IsCovered(const Rollout& rollout, const RolloutTarget& target,
                 const std::string& sysctl) const {
    for (const auto& [id, newer] : oracle_.rollouts()) {
      if (id <= rollout.id || !InForce(newer.state)) continue;
      for (const RolloutTarget& other : newer.targets) {
        if (other.host_id != target.host_id || other.netns_cookie != target.netns_cookie) continue;
        for (const TargetSysctl& set : other.sysctls) {
          if (set.change.sysctl == sysctl && IsDesired(other.state)) return true;
        }
      }
    }
    return false;
  }

  void CheckEnd(const Rollout& rollout) {
    const bool ended =
        rollout.state == RolloutState::kReverted || rollout.state == RolloutState::kFailed;
    if (!ended && rollout.state != RolloutState::kConfirmed) {
      oracle_.Violate(absl::StrCat(rollout.id, " did not come to an end: state ",
                                   static_cast<int>(rollout.state), ", ", rollout.message));
      return;
    }
    for (const RolloutTarget& target : rollout.targets) {
      for (const TargetSysctl& sysctl : target.sysctls) {
        const std::string value = ValueAt(target, sysctl.change.sysctl);
        const bool is_desired = value == NormalizeSysctlValue(sysctl.change.desired_value);
        const std::string where =
            absl::StrCat(rollout.id, " on ", target.host_id, " netns ", target.netns_cookie, ": ",
                         sysctl.change.sysctl, " is '", value, "'");
        if (ended && is_desired) {
          oracle_.Violate(absl::StrCat(where, ", although it is over"));
        }
        const bool should_hold = !ended && target.state == TargetState::kHolding &&
                                 sysctl.state != ApplyState::kDrifted &&
                                 !IsCovered(rollout, target, sysctl.change.sysctl);
        if (should_hold && !is_desired && value != "gone") {
          oracle_.Violate(absl::StrCat(where, ", not the '", sysctl.change.desired_value,
                                       "' that is confirmed"));
        }
      }
    }
  }

  Outcome TakeOutcome() {
    Outcome outcome;
    outcome.violations = oracle_.violations();
    for (const auto& [id, rollout] : oracle_.rollouts()) {
      outcome.confirmed += rollout.state == RolloutState::kConfirmed ? 1 : 0;
      outcome.reverted += rollout.state == RolloutState::kReverted ? 1 : 0;
      outcome.failed += rollout.state == RolloutState::kFailed ? 1 : 0;
    }
    return outcome;
  }

  Dice dice_;
  Oracle oracle_;
  SimNetwork network_;
  SimController controller_;
  Operators operators_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
  absl::Duration now_;
  double fault_rate_ = 0;
  bool ends_without_controller_ = false;
  int administrators_writes_ = 0;
};

}  // namespace

Outcome RunSeed(uint64_t seed, const std::string& directory) {
  return World(seed, directory).Run();
}

}  // namespace berthmaster::simulation
