#include "controller/web_gateway/grpc_web.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace berthmaster {
namespace {

constexpr GrpcWebEncoding kBinary = GrpcWebEncoding::kBinary;
constexpr GrpcWebEncoding kText = GrpcWebEncoding::kText;

std::string Bytes(const char* hex) { return absl::HexStringToBytes(hex); }

TEST(GrpcWeb, ContentTypesOfTheProtocolAreKnown) {
  EXPECT_EQ(ParseGrpcWebContentType("application/grpc-web"), kBinary);
  EXPECT_EQ(ParseGrpcWebContentType("application/grpc-web+proto"), kBinary);
  EXPECT_EQ(ParseGrpcWebContentType("Application/gRPC-Web-Text; charset=utf-8"), kText);
  EXPECT_EQ(ParseGrpcWebContentType("application/grpc-web-text+proto"), kText);
  EXPECT_EQ(ParseGrpcWebContentType("application/grpc-web+json"), std::nullopt);
  EXPECT_EQ(ParseGrpcWebContentType("application/grpc"), std::nullopt);
  EXPECT_EQ(ParseGrpcWebContentType("text/plain"), std::nullopt);
  EXPECT_EQ(ParseGrpcWebContentType(""), std::nullopt);
}

TEST(GrpcWeb, ABodyIsExactlyOneFrame) {
  EXPECT_EQ(ParseGrpcWebBody(kBinary, Bytes("0000000000")).value(), "");
  EXPECT_EQ(ParseGrpcWebBody(kBinary, Bytes("0000000003") + "abc").value(), "abc");
  for (const std::string& bad :
       {Bytes(""), Bytes("00000000"), Bytes("0000000001"), Bytes("0000000000ff"),
        Bytes("00ffffffff"), Bytes("8000000000"), Bytes("0200000000")}) {
    EXPECT_EQ(ParseGrpcWebBody(kBinary, bad).status().code(), absl::StatusCode::kInvalidArgument)
        << absl::BytesToHexString(bad);
  }
  EXPECT_EQ(ParseGrpcWebBody(kBinary, Bytes("0100000000")).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(GrpcWeb, TextIsBase64InAnyNumberOfParts) {
  // 00 00000003 "abc", whole and as two padded parts.
  EXPECT_EQ(ParseGrpcWebBody(kText, "AAAAAANhYmM=").value(), "abc");
  EXPECT_EQ(ParseGrpcWebBody(kText, "AAAAAAM=YWJj").value(), "abc");
  EXPECT_FALSE(ParseGrpcWebBody(kText, "AAAAAANhYmM").ok());
  EXPECT_FALSE(ParseGrpcWebBody(kText, "AAAAAANhYm!=").ok());
  EXPECT_FALSE(ParseGrpcWebBody(kText, "====").ok());
}

TEST(GrpcWeb, FramesCarryFlagAndLength) {
  EXPECT_EQ(MessageFrame(kBinary, "abc"), Bytes("0000000003") + "abc");
  EXPECT_EQ(MessageFrame(kText, "abc"), "AAAAAANhYmM=");
  EXPECT_EQ(MessageFrame(kBinary, std::string(0x010203, 'x')).substr(0, 5), Bytes("0000010203"));
}

TEST(GrpcWeb, TrailersCarryTheStatus) {
  EXPECT_EQ(TrailersFrame(kBinary, grpc::Status::OK), Bytes("8000000010") + "grpc-status: 0\r\n");
  const std::string frame = TrailersFrame(
      kBinary, grpc::Status(grpc::StatusCode::NOT_FOUND, "50 % of \xc3\xbc\r\n", Bytes("00ff")));
  EXPECT_EQ(frame.substr(5),
            "grpc-status: 5\r\n"
            "grpc-message: 50 %25 of %C3%BC%0D%0A\r\n"
            "grpc-status-details-bin: AP8=\r\n");
}

TEST(GrpcWeb, TimeoutsHaveAUnit) {
  EXPECT_EQ(ParseGrpcTimeout("10S").value(), absl::Seconds(10));
  EXPECT_EQ(ParseGrpcTimeout("500m").value(), absl::Milliseconds(500));
  EXPECT_EQ(ParseGrpcTimeout("2H").value(), absl::Hours(2));
  EXPECT_EQ(ParseGrpcTimeout("3M").value(), absl::Minutes(3));
  EXPECT_EQ(ParseGrpcTimeout("7u").value(), absl::Microseconds(7));
  EXPECT_EQ(ParseGrpcTimeout("99999999n").value(), absl::Nanoseconds(99999999));
  for (const char* bad : {"", "S", "10", "10s", "-1S", "1.5S", "999999999S", "1 S"}) {
    EXPECT_FALSE(ParseGrpcTimeout(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace berthmaster
