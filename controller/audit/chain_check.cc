#include "controller/audit/chain_check.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/status/annotate.h"

namespace berthmaster {

ChainCheck::ChainCheck(AuditReader* reader, const std::optional<AuditCheckpoint>& checkpoint)
    : reader_(reader), verifier_(1, checkpoint) {
  if (!checkpoint.has_value()) return;
  const absl::Status signature = CheckAuditSignature(*checkpoint);
  if (!signature.ok()) broken_ = BrokenLink{0, std::string(signature.message())};
}

absl::StatusOr<bool> ChainCheck::Step() {
  if (broken_.has_value()) return false;
  BERTHMASTER_ASSIGN_OR_RETURN(const std::vector<AuditEntry> entries,
                               reader_->ReadFrom(verifier_.tail().sequence + 1, kEntriesPerStep));
  for (const AuditEntry& entry : entries) {
    broken_ = verifier_.Add(entry);
    if (broken_.has_value()) return false;
  }
  if (!entries.empty()) return true;
  broken_ = verifier_.Finish();
  return false;
}

}  // namespace berthmaster
