#include "tests/fleet/fleet_fixture.h"

#include <algorithm>
#include <memory>

#include "tests/circle/named_netns.h"

namespace berthmaster {
namespace {

// Deletes the namespaces at the end of the program, also when tests failed.
class SharedPods : public ::testing::Environment {
 public:
  void TearDown() override { pods_.reset(); }
  Pods& pods() {
    if (pods_ == nullptr) pods_ = std::make_unique<Pods>();
    return *pods_;
  }

 private:
  std::unique_ptr<Pods> pods_;
};

// GoogleTest owns it.
SharedPods* const shared_pods =
    static_cast<SharedPods*>(::testing::AddGlobalTestEnvironment(new SharedPods));

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace

void FleetTest::SetUp() {
  if (std::string why = WhyNoNamespaces(); !why.empty()) GTEST_SKIP() << why;
  pods().MakeReady();
}

Pods& FleetTest::pods() { return shared_pods->pods(); }

std::vector<size_t> FleetTest::PodsInWave(const v1::Rollout& rollout, int wave) {
  std::vector<size_t> found;
  for (const v1::RolloutTarget& target : rollout.targets()) {
    if (target.wave() == wave) found.push_back(PodOf(target));
  }
  return found;
}

void FleetTest::ExpectOneWaveAfterTheOther(const v1::Rollout& rollout, const RangeWatch& watch) {
  // When the last of each wave began to hold.
  std::vector<absl::Time> held(rollout.wave_count(), absl::InfinitePast());
  for (const v1::RolloutTarget& target : rollout.targets()) {
    if (target.state() != v1::TARGET_STATE_HOLDING) continue;
    held[target.wave()] = std::max(held[target.wave()], TimeOf(target.state_time()));
  }
  for (const v1::RolloutTarget& target : rollout.targets()) {
    if (target.wave() == 0) continue;
    for (const RangeWatch::Seen& seen : watch.HistoryOf(PodOf(target))) {
      if (seen.range != kWideRange) continue;
      EXPECT_GE(seen.time, held[target.wave() - 1])
          << target.netns_label() << " of wave " << target.wave()
          << " was written before the wave before it held";
      break;
    }
  }
}

void FleetTest::ExpectStory(const RangeWatch& watch, const std::string& story,
                            const std::vector<size_t>& others) {
  watch.LookAgain();
  for (size_t i = 0; i < pods().size(); ++i) {
    if (std::find(others.begin(), others.end(), i) != others.end()) continue;
    EXPECT_EQ(watch.StoryOf(i), story) << pods().name(i);
  }
}

}  // namespace berthmaster
