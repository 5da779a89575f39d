#ifndef BERTHMASTER_TESTS_COMMON_WIRE_RANDOM_SAMPLE_H_
#define BERTHMASTER_TESTS_COMMON_WIRE_RANDOM_SAMPLE_H_

#include <random>

#include "common/protocol/sample.h"

namespace berthmaster {

// Sound samples, small and with many of their members alike, so that two of them share namespaces
// and pools. In order (PutInOrder).
class RandomSamples {
 public:
  explicit RandomSamples(uint64_t seed) : random_(seed) {}

  HostSample Next(int64_t sequence);
  // A sample some time after `base`: most of it is as it was.
  HostSample After(const HostSample& base);

 private:
  // In [0, below).
  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }
  bool Is(int one_in) { return Pick(one_in) == 0; }
  PoolSample Pool();
  NetnsSample Netns();
  // Changes one member.
  void Touch(PoolSample& pool);
  void Touch(NetnsSample& netns);

  std::mt19937_64 random_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_COMMON_WIRE_RANDOM_SAMPLE_H_
