#include "common/net/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/status.h"

namespace berthmaster {
namespace {

TEST(ParseEndpoint, TakesNamesAndBothFamilies) {
  for (const char* text : {"127.0.0.1:7600", "[::1]:7600", "localhost:0", "db.example:65535"}) {
    auto endpoint = ParseEndpoint(text);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(endpoint->ToString(), text);
  }
  EXPECT_EQ(ParseEndpoint("[::1]:7600")->host, "::1");
  EXPECT_EQ(ParseEndpoint("[::1]:7600")->listen_port, 7600);
}

TEST(ParseEndpoint, RefusesTheRestWithAnExample) {
  for (const char* text : {"", "7600", "host", "host:", ":7600", "host:65536", "host:-1",
                           "host:+80", "host: 80", "host:8x", "::1:7600", "[::1:7600", "[]:1"}) {
    auto endpoint = ParseEndpoint(text);
    EXPECT_TRUE(absl::IsInvalidArgument(endpoint.status())) << text;
    EXPECT_THAT(endpoint.status().message(), testing::HasSubstr("127.0.0.1:7600")) << text;
  }
}

TEST(Endpoint, KnowsLoopback) {
  EXPECT_TRUE(ParseEndpoint("127.0.0.2:1")->is_loopback());
  EXPECT_TRUE(ParseEndpoint("[::1]:1")->is_loopback());
  EXPECT_TRUE(ParseEndpoint("localhost:1")->is_loopback());
  EXPECT_FALSE(ParseEndpoint("0.0.0.0:1")->is_loopback());
  EXPECT_FALSE(ParseEndpoint("localhost.example:1")->is_loopback());
}

}  // namespace
}  // namespace berthmaster
