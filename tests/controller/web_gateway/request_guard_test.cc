#include "controller/web_gateway/request_guard.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(RequestGuard, ALoopbackListenerAnswersForLoopbackNamesOnly) {
  const Endpoint listen{"127.0.0.1", 7680};
  for (const char* good :
       {"localhost", "LOCALHOST:7680", "127.0.0.1:7680", "127.1.2.3", "[::1]:9000", "[::1]"}) {
    EXPECT_TRUE(CheckHost(listen, good).ok()) << good;
  }
  for (const char* bad :
       {"evil.example", "evil.example:7680", "10.0.0.1:7680", "localhost.evil.example",
        "127.0.0.1.evil.example", "[::2]:7680", ":80", "localhost@evil.example"}) {
    EXPECT_EQ(CheckHost(listen, bad).code(), absl::StatusCode::kPermissionDenied) << bad;
  }
  EXPECT_EQ(CheckHost(listen, "").code(), absl::StatusCode::kInvalidArgument);
}

TEST(RequestGuard, AnyNameMayLeadToAListenerForOtherMachines) {
  EXPECT_TRUE(CheckHost({"0.0.0.0", 7680}, "controller.example").ok());
}

TEST(RequestGuard, OnlyPagesOfThisServerMayCall) {
  EXPECT_TRUE(CheckOrigin("", "localhost:7680").ok());
  EXPECT_TRUE(CheckOrigin("http://localhost:7680", "localhost:7680").ok());
  EXPECT_TRUE(CheckOrigin("https://controller.example", "Controller.example").ok());
  EXPECT_FALSE(CheckOrigin("http://localhost:3000", "localhost:7680").ok());
  EXPECT_FALSE(CheckOrigin("http://evil.example", "localhost:7680").ok());
  EXPECT_FALSE(CheckOrigin("null", "localhost:7680").ok());
  EXPECT_FALSE(CheckOrigin("localhost:7680", "localhost:7680").ok());
}

TEST(RequestGuard, TheWebReachesTheServicesForPeopleOnly) {
  EXPECT_TRUE(IsCallable("/berthmaster.v1.PoolService/ListPools"));
  EXPECT_TRUE(IsCallable("/berthmaster.v1.EventService/WatchEvents"));
  for (const char* bad :
       {"/berthmaster.v1.AgentService/Attach",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/grpc.health.v1.Health/Check", "/berthmaster.v1.PoolService/",
        "/berthmaster.v1.PoolService", "berthmaster.v1.PoolService/ListPools",
        "//berthmaster.v1.PoolService/ListPools",
        "/berthmaster.v1.PoolService/../AgentService/Attach",
        "/berthmaster.v1.PoolService/ListPools?x", "/berthmaster.v1.PoolServiceX/ListPools", "/"}) {
    EXPECT_FALSE(IsCallable(bad)) << bad;
  }
}

}  // namespace
}  // namespace berthmaster
