#ifndef BERTHMASTER_TESTS_SIMULATION_SIM_CONTROLLER_H_
#define BERTHMASTER_TESTS_SIMULATION_SIM_CONTROLLER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "controller/engine/command.h"
#include "controller/engine/engine_core.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_stores.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim_session.h"

namespace berthmaster::simulation {

// The controller's process ends here, as by kill -9.
struct ControllerCrash {};

// A store in memory that is there after a crash; the process may die before and after each commit.
class CrashingStore final : public ControlStore {
 public:
  explicit CrashingStore(Oracle* oracle) : oracle_(oracle) {}

  absl::StatusOr<ControlState> Load() override { return store_.Load(); }
  absl::Status Commit(const ControlState& changed) override;
  // At the n-th commit from now, before or after it; 0: not.
  void CrashAt(int commits, bool after) {
    crash_at_ = commits;
    crash_after_commit_ = after;
  }
  // Commits fail so for as long as it is not OK.
  void Fail(const absl::Status& error) { error_ = error; }

 private:
  Oracle* oracle_;
  FakeControlStore store_;
  absl::Status error_;
  int crash_at_ = 0;
  bool crash_after_commit_ = false;
};

// The real engine, a turn at a time.
class SimController {
 public:
  SimController(Oracle* oracle, Dice* dice, EngineOptions options);

  void Tick(absl::Duration tick);

  // Faults.
  void Kill(absl::Duration down_for);
  void CrashSoon() { store_.CrashAt(dice_->Between(1, 4), dice_->Chance(0.5)); }
  void FailCommits(const absl::Status& error) { store_.Fail(error); }
  void StepWallClock(absl::Duration by) { clock_.StepSystem(by); }
  void Heal();

  bool up() const { return core_ != nullptr; }
  // Which start of its process it is, and whether that one still runs.
  int generation() const { return generation_; }
  bool IsOf(int generation) const { return up() && generation == generation_; }
  // Only while it is up.
  InputQueue& queue() { return core_->queue(); }
  const Fleet& fleet() const { return *fleet_; }
  absl::Time now() const { return clock_.SystemNow(); }
  // Decides in a turn of its own; an error when it is down, or dies.
  template <typename T>
  absl::StatusOr<T> Decide(std::function<absl::StatusOr<T>(Decisions&)> decide);

 private:
  void Start();
  void Turn();

  Oracle* oracle_;
  Dice* dice_;
  const EngineOptions options_;
  FakeClock clock_;
  FakeRandom random_;
  CrashingStore store_;
  FakeHistory history_;
  EventBus bus_;
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<EngineCore> core_;
  absl::Duration down_for_;
  int generation_ = 0;
};

template <typename T>
absl::StatusOr<T> SimController::Decide(std::function<absl::StatusOr<T>(Decisions&)> decide) {
  if (!up()) return absl::UnavailableError("the controller is down");
  auto answer = std::make_shared<std::optional<absl::StatusOr<T>>>();
  core_->queue().OfferCommand(MakeCommand<T>(
      std::move(decide), [answer](absl::StatusOr<T> outcome) { *answer = std::move(outcome); }));
  Turn();
  if (!answer->has_value()) return absl::UnavailableError("no answer");
  return **answer;
}

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_SIM_CONTROLLER_H_
