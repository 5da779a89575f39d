#include "agent/collect/pool_owners.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ComposeOwners, SharesTimeWaitInProportionToWhatEachMade) {
  EXPECT_THAT(ComposeOwners({{}, 1000}, {{"api", 10, "/api", 30'000}, {"job", 20, "/job", 10'000}}),
              ElementsAre(PoolOwner{"api", 10, "/api", 750}, PoolOwner{"job", 20, "/job", 250}));
}

TEST(ComposeOwners, GivesNoMoreThanEachMadeAndLeavesTheRest) {
  EXPECT_THAT(ComposeOwners({{}, 1000}, {{"api", 10, "/api", 30}, {"job", 20, "/job", 12}}),
              ElementsAre(PoolOwner{"api", 10, "/api", 30}, PoolOwner{"job", 20, "/job", 12}));
}

TEST(ComposeOwners, GuessesNothingWithoutTraffic) {
  EXPECT_THAT(ComposeOwners({{}, 1000}, {}), IsEmpty());
  EXPECT_THAT(ComposeOwners({{{{"api", 10, "/api", 3}, 1}}, 1000}, {}),
              ElementsAre(PoolOwner{"api", 10, "/api", 3}));
}

// 100 among 1, 1 and 1: 33 each, and one more for the first.
TEST(ComposeOwners, GivesOutExactlyWhatThereIs) {
  EXPECT_THAT(
      ComposeOwners({{}, 100}, {{"c", 3, "/", 500}, {"a", 1, "/", 500}, {"b", 2, "/", 500}}),
      ElementsAre(PoolOwner{"a", 1, "/", 34}, PoolOwner{"b", 2, "/", 33},
                  PoolOwner{"c", 3, "/", 33}));
  // 2.5, 2.25 and 0.25 of 5.
  EXPECT_THAT(ComposeOwners({{}, 5}, {{"a", 1, "/", 10}, {"b", 2, "/", 9}, {"c", 3, "/", 1}}),
              ElementsAre(PoolOwner{"a", 1, "/", 3}, PoolOwner{"b", 2, "/", 2}));
}

TEST(ComposeOwners, AddsToWhatTheOwnerWasSeenWith) {
  EXPECT_THAT(ComposeOwners({{{{"api", 10, "/api", 3}, 1}}, 99}, {{"api", 10, "/api", 100}}),
              ElementsAre(PoolOwner{"api", 10, "/api", 102}));
}

// All that api made was seen, so what nobody was seen with is job's.
TEST(ComposeOwners, TakesOffWhatTheMakerWasSeenWith) {
  EXPECT_THAT(ComposeOwners({{{{"api", 10, "/api", 120}, 100}}, 100},
                            {{"api", 10, "/api", 100}, {"job", 20, "/job", 100}}),
              ElementsAre(PoolOwner{"api", 10, "/api", 120}, PoolOwner{"job", 20, "/job", 100}));
}

TEST(ComposeOwners, ProcessesOfOneNameInOneCgroupAreOneOnceTheyShare) {
  const SeenOwners seen = {{{{"php", 11, "/web", 2}, 0}, {{"php", 12, "/web", 1}, 1}}, 7};
  EXPECT_THAT(ComposeOwners(seen, {{"php", 19, "/web", 50}}),
              ElementsAre(PoolOwner{"php", 19, "/web", 10}));
  // Without a share they stay apart.
  EXPECT_THAT(ComposeOwners(seen, {}),
              ElementsAre(PoolOwner{"php", 11, "/web", 2}, PoolOwner{"php", 12, "/web", 1}));
}

TEST(ComposeOwners, OneNameInTwoCgroupsIsTwo) {
  EXPECT_THAT(ComposeOwners({{{{"php", 11, "/blue", 2}, 0}}, 30},
                            {{"php", 12, "/blue", 200}, {"php", 13, "/green", 100}}),
              ElementsAre(PoolOwner{"php", 12, "/blue", 22}, PoolOwner{"php", 13, "/green", 10}));
}

// Learned too late to find the process: only its cgroup was seen.
TEST(ComposeOwners, TimeWaitOfACgroupIsThatOfItsMakers) {
  EXPECT_THAT(ComposeOwners({{{{"", 0, "/api", 5}, 4}}, 20},
                            {{"api", 10, "/api", 14}, {"job", 20, "/job", 500}}),
              ElementsAre(PoolOwner{"job", 20, "/job", 20}, PoolOwner{"api", 10, "/api", 4},
                          PoolOwner{"", 0, "/api", 1}));
  EXPECT_THAT(ComposeOwners({{{{"", 0, "/api", 5}, 4}}, 0}, {{"api", 10, "/other", 14}}),
              ElementsAre(PoolOwner{"", 0, "/api", 5}));
}

TEST(ComposeOwners, FindsTheSeenOwnerWhereCgroupsAreNotTold) {
  // A host of cgroup v1: its processes are in the root of v2.
  EXPECT_THAT(ComposeOwners({{{{"api", 10, "/docker/1", 3}, 3}}, 7}, {{"api", 11, "/", 10}}),
              ElementsAre(PoolOwner{"api", 11, "/docker/1", 10}));
  // No privilege to turn ids into paths; cgroups that are gone.
  EXPECT_THAT(ComposeOwners({{}, 10}, {{"api", 11, "", 5}, {"api", 12, "", 5}}),
              ElementsAre(PoolOwner{"api", 11, "", 10}));
}

TEST(ComposeOwners, NamesTheLargest) {
  std::vector<PoolMaker> makers;
  for (int number = 1; number <= 20; ++number) {
    makers.push_back({absl::StrCat("p", number), number, "/", number});
  }
  const std::vector<PoolOwner> owners = ComposeOwners({{}, 210}, makers);
  ASSERT_EQ(owners.size(), 8u);
  EXPECT_EQ(owners.front(), (PoolOwner{"p20", 20, "/", 20}));
  EXPECT_EQ(owners.back(), (PoolOwner{"p13", 13, "/", 13}));
}

}  // namespace
}  // namespace berthmaster
