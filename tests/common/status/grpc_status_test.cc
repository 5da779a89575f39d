#include "common/status/grpc_status.h"

#include <gtest/gtest.h>

#include <string>

#include "common/status/reason.h"

namespace berthmaster {
namespace {

TEST(GrpcStatus, KeepsEveryCodeBothWays) {
  for (int code = 1; code <= 16; ++code) {
    absl::Status status(static_cast<absl::StatusCode>(code), "why, and what next");

    absl::Status back = FromGrpcStatus(ToGrpcStatus(status));

    EXPECT_EQ(back, status);
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
  }
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(GrpcStatus, KeepsTheReasonBothWays) {
  absl::Status status = ReasonStatus(absl::StatusCode::kAborted, "ETAG_MISMATCH", "it has changed");

  absl::Status back = FromGrpcStatus(ToGrpcStatus(status));

  EXPECT_EQ(back.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(back.message(), "it has changed");
  EXPECT_EQ(ReasonOf(back), "ETAG_MISMATCH");
}

TEST(GrpcStatus, WritesGoogleRpcStatusWithErrorInfo) {
  grpc::Status status = ToGrpcStatus(ReasonStatus(absl::StatusCode::kInvalidArgument, "R", "m"));

  // google.rpc.Status{code: 3, message: "m", details: Any{ErrorInfo{reason: "R", domain: ...}}}
  EXPECT_EQ(status.error_details(), std::string("\x08\x03\x12\x01m\x1a\x3c"
                                                "\x0a\x28type.googleapis.com/google.rpc.ErrorInfo"
                                                "\x12\x10\x0a\x01R\x12\x0b"
                                                "berthmaster"));
}

TEST(GrpcStatus, IgnoresDetailsThatAreGarbage) {
  for (const std::string& details :
       {std::string("\xff\xff\xff"), std::string("\x1a\x7f"), std::string("\x1a\x02\x0a\x7f"),
        std::string(1000, '\x1a'), std::string("\0\0", 2)}) {
    absl::Status back = FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "m", details));
    EXPECT_EQ(back.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(back.message(), "m");
    EXPECT_EQ(ReasonOf(back), "");
  }
}

}  // namespace
}  // namespace berthmaster
