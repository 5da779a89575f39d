#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/controller/api/api_fixture.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;

// Lists page by page and returns the names.
template <typename Request, typename List>
std::vector<std::string> Names(Request request, List list) {
  std::vector<std::string> names;
  do {
    std::vector<std::string> page;
    request.set_page_token(list(request, page));
    names.insert(names.end(), page.begin(), page.end());
  } while (!request.page_token().empty() && names.size() < 10000);
  return names;
}

class ReadsTest : public ApiTest {
 protected:
  void SetUp() override {
    Serve();
    hosts_ = v1::HostService::NewStub(channel());
    pools_ = v1::PoolService::NewStub(channel());
    incidents_ = v1::IncidentService::NewStub(channel());
    recommendations_ = v1::RecommendationService::NewStub(channel());
  }

  std::vector<std::string> HostNames(int page_size) {
    v1::ListHostsRequest request;
    request.set_page_size(page_size);
    return Names(request, [this](const auto& page_request, auto& names) {
      v1::ListHostsResponse response;
      EXPECT_TRUE(hosts_->ListHosts(BoundedContext().get(), page_request, &response).ok());
      for (const v1::Host& host : response.hosts()) names.push_back(host.name());
      return response.next_page_token();
    });
  }

  std::vector<std::string> NetnsNames(absl::string_view parent, int page_size) {
    v1::ListNamespacesRequest request;
    request.set_parent(std::string(parent));
    request.set_page_size(page_size);
    return Names(request, [this](const auto& page_request, auto& names) {
      v1::ListNamespacesResponse response;
      EXPECT_TRUE(hosts_->ListNamespaces(BoundedContext().get(), page_request, &response).ok());
      for (const v1::Netns& netns : response.namespaces()) names.push_back(netns.name());
      return response.next_page_token();
    });
  }

  std::unique_ptr<v1::HostService::Stub> hosts_;
  std::unique_ptr<v1::PoolService::Stub> pools_;
  std::unique_ptr<v1::IncidentService::Stub> incidents_;
  std::unique_ptr<v1::RecommendationService::Stub> recommendations_;
};

TEST_F(ReadsTest, HostsAndNamespacesComeByNameInPagesOfAnySize) {
  for (const char* id : {"a.b", "a", "a-b"}) {
    fleet_.Put(MakeHost(id, {MakeNetns(10, {}), MakeNetns(9, {})}));
  }
  for (const int size : {1, 2, 100}) {
    EXPECT_THAT(HostNames(size), ElementsAre("hosts/a", "hosts/a-b", "hosts/a.b"));
    EXPECT_THAT(NetnsNames("", size),
                ElementsAre("hosts/a-b/netns/10", "hosts/a-b/netns/9", "hosts/a.b/netns/10",
                            "hosts/a.b/netns/9", "hosts/a/netns/10", "hosts/a/netns/9"));
    EXPECT_THAT(NetnsNames("hosts/a", size), ElementsAre("hosts/a/netns/10", "hosts/a/netns/9"));
  }
}

TEST_F(ReadsTest, HostsThatAreNotHeardFromAreNamedAndTheirPoolsStillListed) {
  fleet_.Put(MakeHost("on", {MakeNetns(1, {MakePool("10.0.0.2", 1)})}));
  fleet_.Put(MakeHost("off", {MakeNetns(1, {MakePool("10.0.0.2", 2)})}, HostState::kUnreachable));
  fleet_.Put(MakeSilentHost("gone", HostState::kDetached));

  v1::ListPoolsResponse response;
  ASSERT_TRUE(pools_->ListPools(BoundedContext().get(), {}, &response).ok());

  EXPECT_THAT(response.unreachable(), ElementsAre("hosts/gone", "hosts/off"));
  ASSERT_EQ(response.pools_size(), 2);
  EXPECT_EQ(response.pools(0).name(), "hosts/off/netns/1/pools/10.0.0.1-10.0.0.2-443");
  EXPECT_EQ(response.pools(0).sample_time().seconds(), 1767225600);
}

TEST_F(ReadsTest, TheForecastOfAPoolWithoutARateIsByItsHistory) {
  PoolSample pool = MakePool("10.0.0.2", 200, 400);
  pool.kind = PoolKind::kUdp;
  pool.connection_rate.reset();
  HostView view = *MakeHost("web-1", {MakeNetns(7, {pool})});
  LoadHistory history;
  history.growth_rate = 4;
  history.growth_deviation = 0.01;
  history.growth_span = history.span = absl::Minutes(1);
  view.histories.emplace(PoolOfHost{7, pool.id()}, history);
  fleet_.Put(std::make_shared<const HostView>(view));

  v1::ListPoolsResponse listed;
  ASSERT_TRUE(pools_->ListPools(BoundedContext().get(), {}, &listed).ok());

  EXPECT_EQ(listed.pools(0).time_to_exhaustion().seconds(), 50);
}

TEST_F(ReadsTest, APoolHasItsForecastCurveOnlyInGet) {
  PoolSample pool = MakePool("10.0.0.2", 380, 400);
  pool.connection_rate = 10;
  pool.time_wait_rate = 10;
  pool.hold_time = absl::Milliseconds(5);
  pool.states[TcpState::kEstablished] = 0;
  pool.states[TcpState::kTimeWait] = 380;
  pool.time_wait_releases.assign(kReleaseSeconds, 6);
  fleet_.Put(MakeHost("web-1", {MakeNetns(7, {pool})}));
  v1::GetPoolRequest request;
  request.set_name("hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");

  v1::GetPoolResponse got;
  ASSERT_TRUE(pools_->GetPool(BoundedContext().get(), request, &got).ok());
  v1::ListPoolsResponse listed;
  ASSERT_TRUE(pools_->ListPools(BoundedContext().get(), {}, &listed).ok());

  EXPECT_EQ(got.pool().time_wait_releases_size(), 62);
  EXPECT_GT(got.pool().forecast_size(), 10);
  EXPECT_TRUE(got.pool().has_settled_utilization());
  EXPECT_EQ(listed.pools(0).forecast_size(), 0);
  EXPECT_EQ(listed.pools(0).time_wait_releases_size(), 0);
  EXPECT_EQ(listed.pools(0).settled_utilization(), got.pool().settled_utilization());
}

TEST_F(ReadsTest, WhatIsNotThereIsNotFoundAndBadNamesAreInvalid) {
  fleet_.Put(MakeHost("web-1", {MakeNetns(7, {MakePool("10.0.0.2", 1)})}));
  auto pool = [this](const std::string& name) {
    v1::GetPoolRequest request;
    request.set_name(name);
    v1::GetPoolResponse response;
    return pools_->GetPool(BoundedContext().get(), request, &response).error_code();
  };
  EXPECT_EQ(pool("hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443"), grpc::StatusCode::OK);
  EXPECT_EQ(pool("hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-80"), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(pool("hosts/web-1/netns/7/pools/time-wait-table"), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(pool("hosts/web-1/netns/8/pools/10.0.0.1-10.0.0.2-443"), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(pool("hosts/web-2/netns/7/pools/10.0.0.1-10.0.0.2-443"), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(pool("hosts/web-1/netns/7"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(pool(""), grpc::StatusCode::INVALID_ARGUMENT);

  v1::GetIncidentRequest request;
  v1::GetIncidentResponse response;
  request.set_name("incidents/none");
  EXPECT_EQ(incidents_->GetIncident(BoundedContext().get(), request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ReadsTest, IncidentsComeNewestFirstByState) {
  for (const char* id : {"i1", "i2", "i3"}) {
    Incident incident = MakeIncident(id);
    if (incident.id == "i2") incident.state = IncidentState::kResolved;
    fleet_.Put(Shared(incident));
  }
  auto names = [this](const std::vector<v1::IncidentState>& states) {
    v1::ListIncidentsRequest request;
    for (const v1::IncidentState state : states) request.mutable_filter()->add_by_states(state);
    request.set_page_size(1);
    return Names(request, [this](const auto& page_request, auto& page) {
      v1::ListIncidentsResponse response;
      EXPECT_TRUE(incidents_->ListIncidents(BoundedContext().get(), page_request, &response).ok());
      for (const v1::Incident& incident : response.incidents()) page.push_back(incident.name());
      return response.next_page_token();
    });
  };

  EXPECT_THAT(names({}), ElementsAre("incidents/i3", "incidents/i2", "incidents/i1"));
  EXPECT_THAT(names({v1::INCIDENT_STATE_OPEN}), ElementsAre("incidents/i3", "incidents/i1"));
  EXPECT_THAT(names({v1::INCIDENT_STATE_RESOLVED}), ElementsAre("incidents/i2"));
}

TEST_F(ReadsTest, RecommendationsOfOneIncidentStandInTheOrderOfPreference) {
  fleet_.Put(Shared(MakeRecommendation("r1", "old", 1)));
  fleet_.Put(Shared(MakeRecommendation("r2", "new", 2)));
  fleet_.Put(Shared(MakeRecommendation("r3", "new", 1)));
  fleet_.Put(Shared(MakeRecommendation("r4", "new", 3)));
  v1::ListRecommendationsRequest request;
  for (const int size : {1, 3, 100}) {
    request.set_page_size(size);
    EXPECT_THAT(Names(request,
                      [this](const auto& page_request, auto& page) {
                        v1::ListRecommendationsResponse response;
                        EXPECT_TRUE(recommendations_
                                        ->ListRecommendations(BoundedContext().get(), page_request,
                                                              &response)
                                        .ok());
                        for (const auto& item : response.recommendations()) {
                          page.push_back(item.name());
                        }
                        return response.next_page_token();
                      }),
                ElementsAre("recommendations/r3", "recommendations/r2", "recommendations/r4",
                            "recommendations/r1"));
  }
}

TEST_F(ReadsTest, ATokenOfAnotherListIsRefused) {
  fleet_.Put(MakeHost("a", {MakeNetns(1, {}), MakeNetns(2, {})}));
  v1::ListNamespacesRequest request;
  v1::ListNamespacesResponse response;
  request.set_page_size(1);
  ASSERT_TRUE(hosts_->ListNamespaces(BoundedContext().get(), request, &response).ok());
  ASSERT_NE(response.next_page_token(), "");

  v1::ListHostsRequest other;
  other.set_page_token(response.next_page_token());
  v1::ListHostsResponse ignored;
  const grpc::Status status = hosts_->ListHosts(BoundedContext().get(), other, &ignored);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), ::testing::StartsWith("page_token: "));
}

TEST_F(ReadsTest, HistoryIsReadWithItsDefaultsAndBounds) {
  HistoryEntry entry;
  entry.host_id = "web-1";
  entry.epoch = 1;
  entry.sample = MakeHost("web-1", {MakeNetns(7, {MakePool("10.0.0.2", 5)})})->sample;
  ASSERT_TRUE(history_.Append({entry}).ok());
  clock_.Advance(absl::Minutes(30));
  v1::GetPoolHistoryRequest request;
  request.set_name("hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443");
  auto code = [this, &request](v1::GetPoolHistoryResponse& response) {
    return pools_->GetPoolHistory(BoundedContext().get(), request, &response).error_code();
  };

  v1::GetPoolHistoryResponse response;
  EXPECT_EQ(code(response), grpc::StatusCode::OK);
  ASSERT_EQ(response.points_size(), 1);
  EXPECT_EQ(response.points(0).in_use(), 5);
  EXPECT_EQ(response.sample_count(), 1);

  clock_.Advance(absl::Hours(1));
  v1::GetPoolHistoryResponse empty;
  EXPECT_EQ(code(empty), grpc::StatusCode::OK);
  EXPECT_EQ(empty.points_size(), 0);

  request.set_max_points(10001);
  EXPECT_EQ(code(empty), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_max_points(10);
  request.mutable_start_time()->set_seconds(10);
  request.mutable_end_time()->set_seconds(10);
  EXPECT_EQ(code(empty), grpc::StatusCode::INVALID_ARGUMENT);
  request.Clear();
  request.set_name("hosts/web-1/netns/7/pools/never-seen-1");
  EXPECT_EQ(code(empty), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace berthmaster
