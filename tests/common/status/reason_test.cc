#include "common/status/reason.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(ReasonStatus, CarriesItsReason) {
  absl::Status status = ReasonStatus(absl::StatusCode::kFailedPrecondition, "AGENT_NOT_ENFORCING",
                                     "it may not write");

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "it may not write");
  EXPECT_EQ(ReasonOf(status), "AGENT_NOT_ENFORCING");
}

TEST(ReasonOf, IsEmptyWithoutOne) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
}

}  // namespace
}  // namespace berthmaster
