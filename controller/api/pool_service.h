#ifndef BERTHMASTER_CONTROLLER_API_POOL_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_POOL_SERVICE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "berthmaster/v1/pool.grpc.pb.h"
#include "controller/api/blocking_reads.h"
#include "controller/api/watch_pump.h"
#include "controller/engine/fleet.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// PoolService: the present from the fleet in memory, the past from the history, which is read on
// threads of its own. Any thread.
class PoolServiceImpl final : public v1::PoolService::CallbackService {
 public:
  PoolServiceImpl(const Fleet* fleet, HistoryReader* history, BlockingReads* reads,
                  std::shared_ptr<WatchPump> pump)
      : fleet_(fleet), history_(history), reads_(reads), pump_(std::move(pump)) {}

  grpc::ServerUnaryReactor* ListPools(grpc::CallbackServerContext* context,
                                      const v1::ListPoolsRequest* request,
                                      v1::ListPoolsResponse* response) override;
  grpc::ServerUnaryReactor* GetPool(grpc::CallbackServerContext* context,
                                    const v1::GetPoolRequest* request,
                                    v1::GetPoolResponse* response) override;
  grpc::ServerUnaryReactor* GetPoolHistory(grpc::CallbackServerContext* context,
                                           const v1::GetPoolHistoryRequest* request,
                                           v1::GetPoolHistoryResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchPoolsResponse>* WatchPools(
      grpc::CallbackServerContext* context, const v1::WatchPoolsRequest* request) override;

 private:
  absl::Status List(const v1::ListPoolsRequest& request, v1::ListPoolsResponse& response) const;
  absl::Status Get(const v1::GetPoolRequest& request, v1::GetPoolResponse& response) const;

  const Fleet* const fleet_;
  HistoryReader* const history_;
  BlockingReads* const reads_;
  const std::shared_ptr<WatchPump> pump_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POOL_SERVICE_H_
