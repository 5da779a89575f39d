#ifndef BERTHMASTER_TESTS_FLEET_FLEET_FIXTURE_H_
#define BERTHMASTER_TESTS_FLEET_FLEET_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "berthmaster/v1/rollout.pb.h"
#include "tests/fleet/fleet.h"
#include "tests/fleet/operator.h"
#include "tests/fleet/pods.h"
#include "tests/fleet/range_watch.h"

namespace berthmaster {

// How long anything may take that is not judged by its time.
inline constexpr absl::Duration kFleetPatience = absl::Seconds(40);

// Each test finds all pods with the narrow range. They are made once for the program.
class FleetTest : public ::testing::Test {
 protected:
  void SetUp() override;

  Pods& pods();
  size_t PodOf(const v1::RolloutTarget& target) { return pods().IndexOf(target.netns_label()); }
  std::vector<size_t> PodsInWave(const v1::Rollout& rollout, int wave);
  // Nothing was written in a wave before all of the one before held, by the times of the watch and
  // of the rollout.
  void ExpectOneWaveAfterTheOther(const v1::Rollout& rollout, const RangeWatch& watch);
  // What every pod but `others` went through.
  void ExpectStory(const RangeWatch& watch, const std::string& story,
                   const std::vector<size_t>& others = {});
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FLEET_FLEET_FIXTURE_H_
