#include "tests/simulation/sim_controller.h"

#include "absl/strings/str_cat.h"

namespace berthmaster::simulation {
namespace {

// A push makes the next turn due at once.
constexpr int kTurnsMax = 8;

}  // namespace

absl::Status CrashingStore::Commit(const ControlState& changed) {
  if (!error_.ok()) return error_;
  const bool crash = crash_at_ > 0 && --crash_at_ == 0;
  if (crash && !crash_after_commit_) throw ControllerCrash();
  absl::Status committed = store_.Commit(changed);
  if (committed.ok()) oracle_->OnCommit(changed);
  if (crash) throw ControllerCrash();
  return committed;
}

SimController::SimController(Oracle* oracle, Dice* dice, EngineOptions options)
    : oracle_(oracle),
      dice_(dice),
      options_(options),
      random_(dice->Pick(1'000'000)),
      store_(oracle) {
  Start();
}

void SimController::Start() {
  fleet_ = std::make_unique<Fleet>();
  core_ = std::make_unique<EngineCore>(
      Engine::Dependencies{&clock_, &random_, &store_, &history_, fleet_.get(), &bus_}, options_);
  ++generation_;
  if (absl::Status loaded = core_->Load(); !loaded.ok()) {
    oracle_->Violate(absl::StrCat("the controller does not start: ", loaded.message()));
    core_.reset();
  }
}

void SimController::Kill(absl::Duration down_for) {
  core_.reset();
  store_.CrashAt(0, false);
  down_for_ = down_for;
}

void SimController::Heal() {
  store_.Fail(absl::OkStatus());
  store_.CrashAt(0, false);
  down_for_ = std::min(down_for_, absl::Seconds(1));
}

void SimController::Turn() {
  try {
    for (int i = 0; i < kTurnsMax && core_ != nullptr; ++i) {
      if (core_->RunTurn() > absl::ZeroDuration()) return;
    }
    oracle_->Violate("the engine does not come to rest");
  } catch (const ControllerCrash&) {
    Kill(dice_->Between(absl::Milliseconds(500), absl::Seconds(20)));
  }
}

void SimController::Tick(absl::Duration tick) {
  clock_.Advance(tick);
  if (core_ != nullptr) {
    Turn();
    return;
  }
  down_for_ -= tick;
  if (down_for_ <= absl::ZeroDuration()) Start();
}

}  // namespace berthmaster::simulation
