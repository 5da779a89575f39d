#include "controller/api/host_service.h"

#include <algorithm>

#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/netns_wire.h"
#include "controller/api/host_conversion.h"
#include "controller/api/host_incidents.h"
#include "controller/api/host_watch.h"
#include "controller/api/netns_page.h"
#include "controller/api/page_token.h"
#include "controller/api/pool_view.h"
#include "controller/api/request_check.h"
#include "controller/api/unary_reply.h"
#include "controller/api/watch_reactor.h"

namespace berthmaster {

absl::Status HostServiceImpl::List(const v1::ListHostsRequest& request,
                                   v1::ListHostsResponse& response) const {
  const PageScope scope{"ListHosts", ""};
  BERTHMASTER_ASSIGN_OR_RETURN(const Page page,
                               ParsePage(scope, request.page_size(), request.page_token(), 1));
  const std::vector<Fleet::HostPointer> hosts = fleet_->Hosts();
  auto host = hosts.begin();
  if (!page.after.empty()) {
    host = std::upper_bound(hosts.begin(), hosts.end(), page.after[0],
                            [](const std::string& id, const Fleet::HostPointer& other) {
                              return id < other->host.host_id;
                            });
  }
  const HostIncidents incidents(*fleet_);
  for (; host != hosts.end(); ++host) {
    if (response.hosts_size() == page.size) {
      response.set_next_page_token(MakePageToken(scope, {(*std::prev(host))->host.host_id}));
      break;
    }
    *response.add_hosts() = ToProto(**host, incidents.CountOf((*host)->host.host_id));
  }
  return absl::OkStatus();
}

absl::Status HostServiceImpl::Get(const v1::GetHostRequest& request,
                                  v1::GetHostResponse& response) const {
  absl::StatusOr<std::string> host_id = ParseHostName(request.name());
  if (!host_id.ok()) return Annotate(host_id.status(), "name");
  const Fleet::HostPointer host = fleet_->FindHost(*host_id);
  if (host == nullptr) return NoSuch(request.name());
  *response.mutable_host() = ToProto(*host, HostIncidents(*fleet_).CountOf(*host_id));
  return absl::OkStatus();
}

absl::Status HostServiceImpl::Get(const v1::GetNamespaceRequest& request,
                                  v1::GetNamespaceResponse& response) const {
  absl::StatusOr<NetnsNameParts> parts = ParseNetnsName(request.name());
  if (!parts.ok()) return Annotate(parts.status(), "name");
  const Fleet::HostPointer host = fleet_->FindHost(parts->host_id);
  if (host == nullptr) return NoSuch(request.name());
  const NetnsSample* netns = FindNetns(*host, parts->netns_cookie);
  if (netns == nullptr) return NoSuch(request.name());
  *response.mutable_netns() = ToProto(parts->host_id, *netns, host->sample->sample_time);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* HostServiceImpl::ListHosts(grpc::CallbackServerContext* context,
                                                     const v1::ListHostsRequest* request,
                                                     v1::ListHostsResponse* response) {
  return FinishNow(context, List(*request, *response));
}

grpc::ServerUnaryReactor* HostServiceImpl::GetHost(grpc::CallbackServerContext* context,
                                                   const v1::GetHostRequest* request,
                                                   v1::GetHostResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerUnaryReactor* HostServiceImpl::ListNamespaces(grpc::CallbackServerContext* context,
                                                          const v1::ListNamespacesRequest* request,
                                                          v1::ListNamespacesResponse* response) {
  return FinishNow(context, FillNetnsPage(*fleet_, *request, *response));
}

grpc::ServerUnaryReactor* HostServiceImpl::GetNamespace(grpc::CallbackServerContext* context,
                                                        const v1::GetNamespaceRequest* request,
                                                        v1::GetNamespaceResponse* response) {
  return FinishNow(context, Get(*request, *response));
}

grpc::ServerWriteReactor<v1::WatchHostsResponse>* HostServiceImpl::WatchHosts(
    grpc::CallbackServerContext* /*context*/, const v1::WatchHostsRequest* /*request*/) {
  return WatchReactor<v1::WatchHostsResponse>::Start(
      pump_, std::make_unique<HostWatchSource>(fleet_), WatchLimits());
}

}  // namespace berthmaster
