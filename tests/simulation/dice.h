#ifndef BERTHMASTER_TESTS_SIMULATION_DICE_H_
#define BERTHMASTER_TESTS_SIMULATION_DICE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster::simulation {

// All chance of one run comes from its seed, in one order.
class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  // From 0 to count - 1.
  int Pick(int count) { return static_cast<int>(random_.Next() % static_cast<uint64_t>(count)); }
  int Between(int least, int most) { return least + Pick(most - least + 1); }
  bool Chance(double share) {
    constexpr uint64_t kParts = 1'000'000;
    return static_cast<double>(random_.Next() % kParts) < share * static_cast<double>(kParts);
  }
  absl::Duration Between(absl::Duration least, absl::Duration most) {
    const auto span = static_cast<uint64_t>(absl::ToInt64Milliseconds(most - least));
    return least + absl::Milliseconds(random_.Next() % (span + 1));
  }

 private:
  FakeRandom random_;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_DICE_H_
