#include "controller/api/request_check.h"

#include <gtest/gtest.h>

#include "berthmaster/v1/recommendation.pb.h"

namespace berthmaster {
namespace {

TEST(RequestCheck, ReasonHasOneToAThousandCharacters) {
  std::string umlauts;
  for (int i = 0; i < 1000; ++i) umlauts += "ü";

  EXPECT_TRUE(CheckReason("x").ok());
  EXPECT_TRUE(CheckReason(umlauts).ok());
  EXPECT_FALSE(CheckReason(umlauts + "x").ok());
  EXPECT_FALSE(CheckReason("").ok());
  EXPECT_FALSE(CheckReason(" \n\t").ok());
}

TEST(RequestCheck, RequestIdIsAUuidOrNothing) {
  EXPECT_TRUE(CheckRequestId("").ok());
  EXPECT_TRUE(CheckRequestId("123e4567-e89b-42d3-a456-426614174000").ok());
  EXPECT_FALSE(CheckRequestId("123e4567e89b42d3a456426614174000").ok());
  EXPECT_FALSE(CheckRequestId("123e4567-e89b-42d3-a456-42661417400g").ok());
}

TEST(RequestCheck, IdIsTheLastPartOfAName) {
  EXPECT_EQ(ParseId("name", "incidents", "incidents/01abc").value(), "01abc");
  for (const char* bad : {"", "01abc", "incidents/", "incidents/a/b", "rollouts/01abc",
                          "incidents/a b", "incidents/\xff"}) {
    const absl::Status status = ParseId("name", "incidents", bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_EQ(status.message().substr(0, 6), "name: ") << bad;
  }
  EXPECT_FALSE(ParseId("name", "incidents", "incidents/" + std::string(65, 'a')).ok());
}

TEST(RequestCheck, EqualRequestsHaveEqualHashesWhateverTheOrderOfTheMap) {
  v1::ApproveRecommendationRequest a;
  v1::ApproveRecommendationRequest b;
  for (int i = 0; i < 16; ++i) {
    (*a.mutable_desired_values())[std::to_string(i)] = "1";
    (*b.mutable_desired_values())[std::to_string(15 - i)] = "1";
  }
  EXPECT_EQ(DeterministicSha256(a), DeterministicSha256(b));

  b.set_reason("x");
  EXPECT_NE(DeterministicSha256(a), DeterministicSha256(b));
  EXPECT_EQ(DeterministicSha256(a).size(), 64u);
}

}  // namespace
}  // namespace berthmaster
