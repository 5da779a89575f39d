#include "controller/api/pool_service.h"

#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "controller/api/netns_page.h"
#include "controller/api/page_token.h"
#include "controller/api/pool_history.h"
#include "controller/api/pool_page.h"
#include "controller/api/pool_view.h"
#include "controller/api/pool_watch.h"
#include "controller/api/request_check.h"
#include "controller/api/unary_reply.h"
#include "controller/api/watch_reactor.h"

namespace berthmaster {
namespace {

std::vector<Fleet::HostPointer> HostsFor(const Fleet& fleet, const PoolMatcher& matcher) {
  if (!matcher.host_id().has_value()) return fleet.Hosts();
  std::vector<Fleet::HostPointer> hosts;
  Fleet::HostPointer host = fleet.FindHost(*matcher.host_id());
  if (host != nullptr) hosts.push_back(std::move(host));
  return hosts;
}

}  // namespace

absl::Status PoolServiceImpl::List(const v1::ListPoolsRequest& request,
                                   v1::ListPoolsResponse& response) const {
  const PageScope scope{"ListPools", DeterministicBytes(request.filter())};
  BERTHMASTER_ASSIGN_OR_RETURN(
      const Page page, ParsePage(scope, request.page_size(), request.page_token(), kPoolKeyParts));
  BERTHMASTER_ASSIGN_OR_RETURN(const PoolMatcher matcher, PoolMatcher::Parse(request.filter()));
  const std::vector<Fleet::HostPointer> hosts = HostsFor(*fleet_, matcher);
  BERTHMASTER_ASSIGN_OR_RETURN(const PoolPage pools, SelectPools(hosts, matcher, page));
  for (const PoolRef& ref : pools.pools) *response.add_pools() = ToProto(ref, false);
  if (!pools.last_key.empty()) {
    response.set_next_page_token(MakePageToken(scope, pools.last_key));
  }
  AddUnreachable(hosts, *response.mutable_unreachable());
  return absl::OkStatus();
}

absl::Status PoolServiceImpl::Get(const v1::GetPoolRequest& request,
                                  v1::GetPoolResponse& response) const {
  absl::StatusOr<std::string> netns_name = NetnsOfPoolName(request.name());
  if (!netns_name.ok()) return Annotate(netns_name.status(), "name");
  BERTHMASTER_ASSIGN_OR_RETURN(const NetnsNameParts parts, ParseNetnsName(*netns_name));
  const Fleet::HostPointer host = fleet_->FindHost(parts.host_id);
  if (host == nullptr) return NoSuch(request.name());
  const NetnsSample* netns = FindNetns(*host, parts.netns_cookie);
  if (netns == nullptr) return NoSuch(request.name());
  const absl::string_view pool_id =
      absl::string_view(request.name()).substr(request.name().rfind('/') + 1);
  const PoolSample* pool = FindPool(*netns, pool_id);
  if (pool == nullptr) return NoSuch(request.name());
  *response.mutable_pool() = ToProto(PoolRef{host.get(), netns, pool}, /*with_curve=*/true);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* PoolServiceImpl::ListPools(grpc::CallbackServerContext* context,
                                                     const v1::ListPoolsRequest* request,
                                                     v1::ListPoolsResponse* response) {
  return FinishNow(context, List(*request, *response));
}

grpc::ServerUnaryReactor* PoolServiceImpl::GetPool(grpc::CallbackServerContext* context,
                                                   const v1::GetPoolRequest* request,
                                                   v1::GetPoolResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerUnaryReactor* PoolServiceImpl::GetPoolHistory(grpc::CallbackServerContext* context,
                                                          const v1::GetPoolHistoryRequest* request,
                                                          v1::GetPoolHistoryResponse* response) {
  absl::StatusOr<HistoryQuery> query = ParseHistoryQuery(*request, pump_->clock().SystemNow());
  if (!query.ok()) return FinishNow(context, query.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  // The response lives until Finish.
  reads_->Post([this, reactor, response, query = *std::move(query)](const absl::Status& status) {
    if (!status.ok()) return reactor->Finish(ToGrpcStatus(status));
    absl::StatusOr<PoolHistory> history =
        history_->ReadPool(query.pool_name, query.start, query.end, query.points_max);
    if (!history.ok()) return reactor->Finish(ToGrpcStatus(history.status()));
    for (const PoolHistoryPoint& point : history->points) *response->add_points() = ToProto(point);
    response->set_sample_count(history->sample_count);
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

grpc::ServerWriteReactor<v1::WatchPoolsResponse>* PoolServiceImpl::WatchPools(
    grpc::CallbackServerContext* /*context*/, const v1::WatchPoolsRequest* request) {
  using Reactor = WatchReactor<v1::WatchPoolsResponse>;
  absl::StatusOr<PoolMatcher> matcher = PoolMatcher::Parse(request->filter());
  if (!matcher.ok()) return Reactor::Refuse(matcher.status());
  return Reactor::Start(pump_, std::make_unique<PoolWatchSource>(fleet_, *std::move(matcher)),
                        WatchLimits());
}

}  // namespace berthmaster
