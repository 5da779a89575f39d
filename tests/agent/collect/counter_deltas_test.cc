#include "agent/collect/counter_deltas.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(CounterDeltasTest, TellsAllOfThemTheFirstTime) {
  CounterDeltas deltas;
  EXPECT_THAT(deltas.Take({{"TcpExt.TW", 5}, {"TcpExt.TWKilled", 0}}),
              ElementsAre(Pair("TcpExt.TW", 5), Pair("TcpExt.TWKilled", 0)));
}

TEST(CounterDeltasTest, ThenTellsWhatRose) {
  CounterDeltas deltas;
  deltas.Take({{"a", 5}, {"b", 7}});
  EXPECT_THAT(deltas.Take({{"a", 5}, {"b", 9}, {"c", 1}}), ElementsAre(Pair("b", 2), Pair("c", 1)));
  EXPECT_THAT(deltas.Take({{"a", 5}, {"b", 9}, {"c", 1}}), IsEmpty());
}

TEST(CounterDeltasTest, CountsOneThatBeganAnewFromZero) {
  CounterDeltas deltas;
  deltas.Take({{"a", 500}});
  EXPECT_THAT(deltas.Take({{"a", 3}}), ElementsAre(Pair("a", 3)));
}

TEST(CounterDeltasTest, DoesNotTakeOneThatCouldNotBeReadForANewOne) {
  CounterDeltas deltas;
  deltas.Take({{"a", 500}});
  EXPECT_THAT(deltas.Take({}), IsEmpty());
  EXPECT_THAT(deltas.Take({{"a", 501}}), ElementsAre(Pair("a", 1)));
}

}  // namespace
}  // namespace berthmaster
