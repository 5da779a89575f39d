#include "controller/api/audit_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/status/annotate.h"
#include "common/wire/audit_wire.h"
#include "common/wire/field_check.h"
#include "controller/api/audit_conversion.h"
#include "controller/api/audit_export.h"
#include "controller/api/unary_reply.h"

namespace berthmaster {

grpc::ServerUnaryReactor* AuditServiceImpl::ListAuditEntries(
    grpc::CallbackServerContext* context, const v1::ListAuditEntriesRequest* request,
    v1::ListAuditEntriesResponse* response) {
  absl::StatusOr<AuditQuery> query = ParseAuditQuery(*request);
  if (!query.ok()) return FinishNow(context, query.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  // The response lives until Finish.
  reads_->Post([this, reactor, response, query = *std::move(query)](const absl::Status& status) {
    if (!status.ok()) return reactor->Finish(ToGrpcStatus(status));
    absl::StatusOr<AuditPage> page = reader_->Search(query.search, query.before, query.page_size);
    if (page.ok()) Fill(*page, query.scope, *response);
    reactor->Finish(ToGrpcStatus(page.status()));
  });
  return reactor;
}

grpc::ServerWriteReactor<v1::ExportAuditEntriesResponse>* AuditServiceImpl::ExportAuditEntries(
    grpc::CallbackServerContext* /*context*/, const v1::ExportAuditEntriesRequest* request) {
  const absl::Status sequence =
      CheckField("first_sequence", request->first_sequence(), 0, INT64_MAX - 1);
  if (!sequence.ok()) return AuditExport::Refuse(sequence);
  return AuditExport::Start(reader_, reads_, std::max<int64_t>(request->first_sequence(), 1));
}

grpc::ServerUnaryReactor* AuditServiceImpl::VerifyAudit(grpc::CallbackServerContext* context,
                                                        const v1::VerifyAuditRequest* request,
                                                        v1::VerifyAuditResponse* response) {
  std::optional<AuditCheckpoint> checkpoint;
  if (request->has_checkpoint()) {
    absl::StatusOr<AuditCheckpoint> plain = FromProto(request->checkpoint());
    if (!plain.ok()) return FinishNow(context, Annotate(plain.status(), "checkpoint"));
    checkpoint = *std::move(plain);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Continue(std::make_shared<ChainCheck>(reader_, checkpoint), reactor, response);
  return reactor;
}

void AuditServiceImpl::Continue(std::shared_ptr<ChainCheck> check,
                                grpc::ServerUnaryReactor* reactor,
                                v1::VerifyAuditResponse* response) {
  reads_->Post([this, check = std::move(check), reactor, response](const absl::Status& status) {
    if (!status.ok()) return reactor->Finish(ToGrpcStatus(status));
    absl::StatusOr<bool> has_more = check->Step();
    // Between two steps other reads have their turn, and the controller can stop.
    if (has_more.ok() && *has_more) return Continue(check, reactor, response);
    if (has_more.ok()) Fill(*check, *response);
    reactor->Finish(ToGrpcStatus(has_more.status()));
  });
}

grpc::ServerUnaryReactor* AuditServiceImpl::GetAuditCheckpoint(
    grpc::CallbackServerContext* context, const v1::GetAuditCheckpointRequest* /*request*/,
    v1::GetAuditCheckpointResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reads_->Post([this, reactor, response](const absl::Status& status) {
    if (!status.ok()) return reactor->Finish(ToGrpcStatus(status));
    absl::StatusOr<AuditTail> tail = reader_->ReadTail();
    if (!tail.ok()) return reactor->Finish(ToGrpcStatus(tail.status()));
    absl::StatusOr<AuditCheckpoint> checkpoint = key_->Sign(*tail, clock_->SystemNow());
    if (checkpoint.ok()) *response->mutable_checkpoint() = ToProto(*checkpoint);
    reactor->Finish(ToGrpcStatus(checkpoint.status()));
  });
  return reactor;
}

}  // namespace berthmaster
