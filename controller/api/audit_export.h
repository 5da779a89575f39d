#ifndef BERTHMASTER_CONTROLLER_API_AUDIT_EXPORT_H_
#define BERTHMASTER_CONTROLLER_API_AUDIT_EXPORT_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "berthmaster/v1/audit.pb.h"
#include "controller/api/blocking_reads.h"
#include "controller/store/audit_reader.h"

namespace berthmaster {

// One call of ExportAuditEntries: reads some entries on a thread for reads, writes them one after
// the other, reads on. A reader that is slow holds no thread. One thing happens at a time, so there
// is no lock. Owns itself until OnDone.
class AuditExport final : public grpc::ServerWriteReactor<v1::ExportAuditEntriesResponse> {
 public:
  using Reactor = grpc::ServerWriteReactor<v1::ExportAuditEntriesResponse>;

  // Both must outlive the call.
  static Reactor* Start(AuditReader* reader, BlockingReads* reads, int64_t first);
  // A call that ends at once with an error.
  static Reactor* Refuse(const absl::Status& status);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  AuditExport(AuditReader* reader, BlockingReads* reads, int64_t first)
      : reader_(reader), reads_(reads), next_sequence_(first) {}

  void ReadNext();
  void WriteNext();
  void End(const absl::Status& status);

  AuditReader* reader_;
  BlockingReads* reads_;
  int64_t next_sequence_;
  std::vector<AuditEntry> entries_;
  size_t written_ = 0;
  v1::ExportAuditEntriesResponse message_;
  std::shared_ptr<AuditExport> self_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_AUDIT_EXPORT_H_
