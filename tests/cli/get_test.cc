#include "cli/get.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/decide.h"

namespace berthmaster {
namespace {

constexpr int kPoolCount = 5;
constexpr int kServerPageSize = 2;

// A controller that pages two pools at a time and remembers what it was asked.
class FakePoolService final : public v1::PoolService::Service {
 public:
  grpc::Status ListPools(grpc::ServerContext*, const v1::ListPoolsRequest* request,
                         v1::ListPoolsResponse* response) override {
    last_filter = request->filter();
    int first = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    for (int i = first; i < first + kServerPageSize && i < kPoolCount; ++i) {
      v1::Pool& pool = *response->add_pools();
      pool.set_name(absl::StrCat("hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-", 80 + i));
      pool.set_netns("hosts/a/netns/7");
      pool.set_netns_label(i == 0 ? "blue" : "green");
      pool.set_utilization(0.93);
    }
    if (first + kServerPageSize < kPoolCount) {
      response->set_next_page_token(absl::StrCat(first + kServerPageSize));
    }
    response->add_unreachable("hosts/gone");
    return grpc::Status::OK;
  }

  v1::PoolFilter last_filter;
};

class FakeRecommendationService final : public v1::RecommendationService::Service {
 public:
  grpc::Status ApproveRecommendation(grpc::ServerContext*,
                                     const v1::ApproveRecommendationRequest* request,
                                     v1::ApproveRecommendationResponse* response) override {
    last_request = *request;
    if (request->etag() == "stale") {
      return grpc::Status(grpc::StatusCode::ABORTED, "it has changed; look again");
    }
    response->mutable_recommendation()->set_name(request->name());
    response->mutable_recommendation()->set_state(v1::RECOMMENDATION_STATE_APPROVED);
    response->mutable_recommendation()->set_rollout("rollouts/r1");
    return grpc::Status::OK;
  }

  v1::ApproveRecommendationRequest last_request;
};

class CountingRandom final : public Random {
 public:
  uint64_t Next() override { return ++count_; }

 private:
  uint64_t count_ = 0;
};

class CliAgainstServer : public ::testing::Test {
 protected:
  CliAgainstServer() {
    grpc::ServerBuilder builder;
    int bound_port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bound_port);
    builder.RegisterService(&pools_);
    builder.RegisterService(&recommendations_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<Client>(Endpoint{"127.0.0.1", static_cast<uint16_t>(bound_port)});
  }

  FakePoolService pools_;
  FakeRecommendationService recommendations_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(CliAgainstServer, GetsAllPagesAsOneList) {
  absl::StatusOr<std::string> names =
      Get(*client_, ResourceKind::kPool, {.format = OutputFormat::kName}, absl::UnixEpoch());
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_EQ(*names,
            "hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-80\n"
            "hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-81\n"
            "hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-82\n"
            "hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-83\n"
            "hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-84\n");

  std::string json =
      *Get(*client_, ResourceKind::kPool, {.format = OutputFormat::kJson}, absl::UnixEpoch());
  EXPECT_TRUE(absl::StrContains(json, "\"nextPageToken\": \"\"")) << json;
  EXPECT_EQ(json.find("hosts/gone"), json.rfind("hosts/gone")) << "said once: " << json;
}

TEST_F(CliAgainstServer, SendsFiltersToTheServerAndLabelsItself) {
  absl::StatusOr<std::string> names = Get(*client_, ResourceKind::kPool,
                                          {.host = "a",
                                           .netns = "blue",
                                           .destination = "[fd00::1]:443",
                                           .kind = "snat",
                                           .format = OutputFormat::kName},
                                          absl::UnixEpoch());

  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_EQ(*names, "hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-80\n");
  EXPECT_EQ(pools_.last_filter.by_host(), "hosts/a");
  EXPECT_EQ(pools_.last_filter.by_destination_address(), "fd00::1");
  EXPECT_EQ(pools_.last_filter.by_destination_port(), 443);
  EXPECT_EQ(pools_.last_filter.by_kind(), v1::POOL_KIND_SNAT);
}

TEST_F(CliAgainstServer, RefusesAFilterThatTheKindDoesNotHave) {
  absl::Status status =
      Get(*client_, ResourceKind::kPool, {.state = "open"}, absl::UnixEpoch()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "--state does not narrow pools");
}

TEST_F(CliAgainstServer, ApprovesWithAFreshRequestIdAndTheGivenValues) {
  CountingRandom random;
  DecideOptions options;
  options.name = "r7";
  options.reason = "because";
  options.desired_values = {{"net.ipv4.tcp_tw_reuse", "1"}};

  absl::StatusOr<std::string> line = Approve(*client_, options, random);

  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(*line,
            "recommendations/r7 APPROVED; follow it with: berthctl rollout status rollouts/r1\n");
  EXPECT_EQ(recommendations_.last_request.reason(), "because");
  EXPECT_EQ(recommendations_.last_request.desired_values().at("net.ipv4.tcp_tw_reuse"), "1");
  EXPECT_EQ(recommendations_.last_request.request_id(), "00000000-0000-4001-8000-000000000002");
}

TEST_F(CliAgainstServer, PassesAConflictOn) {
  CountingRandom random;
  DecideOptions options;
  options.name = "r7";
  options.reason = "because";
  options.etag = "stale";

  EXPECT_EQ(Approve(*client_, options, random).status().code(), absl::StatusCode::kAborted);
}

TEST(CliWithoutServer, NamesTheAddressAndTheNextStep) {
  Client client(Endpoint{"127.0.0.1", 1});

  absl::Status status = Get(client, ResourceKind::kHost, {}, absl::UnixEpoch()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), "cannot reach the controller at 127.0.0.1:1"));
  EXPECT_TRUE(absl::StrContains(status.message(), "is it running"));
}

TEST(SetFlag, NeedsASysctlAndAnEqualsSign) {
  EXPECT_EQ(ParseSetFlag("net.ipv4.ip_local_port_range=20000 60999")->second, "20000 60999");
  EXPECT_EQ(ParseSetFlag("a=")->second, "");
  EXPECT_FALSE(ParseSetFlag("=1").ok());
  EXPECT_FALSE(ParseSetFlag("net.ipv4.tcp_tw_reuse").ok());
}

}  // namespace
}  // namespace berthmaster
