#ifndef BERTHMASTER_CONTROLLER_API_AUDIT_SERVICE_H_
#define BERTHMASTER_CONTROLLER_API_AUDIT_SERVICE_H_

#include <memory>

#include "berthmaster/v1/audit.grpc.pb.h"
#include "common/clock/clock.h"
#include "controller/api/blocking_reads.h"
#include "controller/audit/chain_check.h"
#include "controller/audit/signing_key.h"
#include "controller/store/audit_reader.h"

namespace berthmaster {

// AuditService: everything is read from the store, on the threads for reads. Any thread.
class AuditServiceImpl final : public v1::AuditService::CallbackService {
 public:
  AuditServiceImpl(const Clock* clock, AuditReader* reader, const AuditSigningKey* key,
                   BlockingReads* reads)
      : clock_(clock), reader_(reader), key_(key), reads_(reads) {}

  grpc::ServerUnaryReactor* ListAuditEntries(grpc::CallbackServerContext* context,
                                             const v1::ListAuditEntriesRequest* request,
                                             v1::ListAuditEntriesResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportAuditEntriesResponse>* ExportAuditEntries(
      grpc::CallbackServerContext* context, const v1::ExportAuditEntriesRequest* request) override;
  grpc::ServerUnaryReactor* VerifyAudit(grpc::CallbackServerContext* context,
                                        const v1::VerifyAuditRequest* request,
                                        v1::VerifyAuditResponse* response) override;
  grpc::ServerUnaryReactor* GetAuditCheckpoint(grpc::CallbackServerContext* context,
                                               const v1::GetAuditCheckpointRequest* request,
                                               v1::GetAuditCheckpointResponse* response) override;

 private:
  // Takes the next step of the check on a thread for reads, and posts the one after it.
  void Continue(std::shared_ptr<ChainCheck> check, grpc::ServerUnaryReactor* reactor,
                v1::VerifyAuditResponse* response);

  const Clock* const clock_;
  AuditReader* const reader_;
  const AuditSigningKey* const key_;
  BlockingReads* const reads_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_AUDIT_SERVICE_H_
