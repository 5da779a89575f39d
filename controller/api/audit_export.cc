#include "controller/api/audit_export.h"

#include <utility>

#include "common/status/grpc_status.h"
#include "common/wire/audit_wire.h"

namespace berthmaster {
namespace {

// Held in memory for one call.
constexpr int kEntriesPerRead = 256;

}  // namespace

AuditExport::Reactor* AuditExport::Start(AuditReader* reader, BlockingReads* reads, int64_t first) {
  std::shared_ptr<AuditExport> call(new AuditExport(reader, reads, first));
  call->self_ = call;
  call->ReadNext();
  return call.get();
}

AuditExport::Reactor* AuditExport::Refuse(const absl::Status& status) {
  std::shared_ptr<AuditExport> call(new AuditExport(nullptr, nullptr, 0));
  call->self_ = call;
  call->End(status);
  return call.get();
}

void AuditExport::ReadNext() {
  reads_->Post([this](const absl::Status& status) {
    if (!status.ok()) return End(status);
    absl::StatusOr<std::vector<AuditEntry>> entries =
        reader_->ReadFrom(next_sequence_, kEntriesPerRead);
    if (!entries.ok() || entries->empty()) return End(entries.status());
    entries_ = *std::move(entries);
    written_ = 0;
    next_sequence_ = entries_.back().sequence + 1;
    WriteNext();
  });
}

void AuditExport::WriteNext() {
  *message_.mutable_audit_entry() = ToProto(entries_[written_]);
  ++written_;
  StartWrite(&message_);
}

void AuditExport::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError());
  if (written_ < entries_.size()) return WriteNext();
  ReadNext();
}

void AuditExport::End(const absl::Status& status) { Finish(ToGrpcStatus(status)); }

void AuditExport::OnDone() { const std::shared_ptr<AuditExport> last = std::move(self_); }

}  // namespace berthmaster
