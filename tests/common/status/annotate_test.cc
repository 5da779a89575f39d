#include "common/status/annotate.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "absl/status/statusor.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

TEST(Annotate, SaysWhatWasAttempted) {
  absl::Status status =
      Annotate(ReasonStatus(absl::StatusCode::kAborted, "ETAG_MISMATCH", "it has changed"),
               "approve recommendations/x");

  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "approve recommendations/x: it has changed");
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
}

TEST(Annotate, LeavesSuccessAlone) { EXPECT_TRUE(Annotate(absl::OkStatus(), "x").ok()); }

TEST(ErrnoStatus, HasTheCodeThatFits) {
  EXPECT_EQ(ErrnoStatus(ENOENT, "open journal").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrnoStatus(EACCES, "open journal").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrnoStatus(ENOENT, "open journal").message(),
            "open journal: No such file or directory");
}

absl::StatusOr<int> Half(int number) {
  if (number % 2 != 0) return absl::InvalidArgumentError("odd");
  return number / 2;
}

absl::StatusOr<int> Quarter(int number) {
  BERTHMASTER_ASSIGN_OR_RETURN(const int half, Half(number));
  BERTHMASTER_ASSIGN_OR_RETURN(int quarter, Half(half));
  BERTHMASTER_RETURN_IF_ERROR(Half(quarter * 2).status());
  return quarter;
}

TEST(Macros, ReturnTheFirstErrorOrGoOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(Quarter(3).status().message(), "odd");
}

}  // namespace
}  // namespace berthmaster
