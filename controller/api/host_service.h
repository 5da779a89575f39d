#ifndef BERTHMASTER_CONTROLLER_API_HOST_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_HOST_SERVICE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "berthmaster/v1/host.grpc.pb.h"
#include "controller/api/watch_pump.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// HostService over the fleet in memory. Any thread; nothing blocks.
class HostServiceImpl final : public v1::HostService::CallbackService {
 public:
  HostServiceImpl(const Fleet* fleet, std::shared_ptr<WatchPump> pump)
      : fleet_(fleet), pump_(std::move(pump)) {}

  grpc::ServerUnaryReactor* ListHosts(grpc::CallbackServerContext* context,
                                      const v1::ListHostsRequest* request,
                                      v1::ListHostsResponse* response) override;
  grpc::ServerUnaryReactor* GetHost(grpc::CallbackServerContext* context,
                                    const v1::GetHostRequest* request,
                                    v1::GetHostResponse* response) override;
  grpc::ServerUnaryReactor* ListNamespaces(grpc::CallbackServerContext* context,
                                           const v1::ListNamespacesRequest* request,
                                           v1::ListNamespacesResponse* response) override;
  grpc::ServerUnaryReactor* GetNamespace(grpc::CallbackServerContext* context,
                                         const v1::GetNamespaceRequest* request,
                                         v1::GetNamespaceResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchHostsResponse>* WatchHosts(
      grpc::CallbackServerContext* context, const v1::WatchHostsRequest* request) override;

 private:
  absl::Status List(const v1::ListHostsRequest& request, v1::ListHostsResponse& response) const;
  absl::Status Get(const v1::GetHostRequest& request, v1::GetHostResponse& response) const;
  absl::Status Get(const v1::GetNamespaceRequest& request,
                   v1::GetNamespaceResponse& response) const;

  const Fleet* const fleet_;
  const std::shared_ptr<WatchPump> pump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_HOST_SERVICE_H_
