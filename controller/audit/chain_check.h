#ifndef BERTHMASTER_CONTROLLER_AUDIT_CHAIN_CHECK_H_
#define BERTHMASTER_CONTROLLER_AUDIT_CHAIN_CHECK_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/audit/chain.h"
#include "controller/store/audit_reader.h"

namespace berthmaster {

// Verifies the stored chain from its first entry to its last, and against a checkpoint if there is
// one. One thread at a time.
class ChainCheck {
 public:
  // The checkpoint's signature is verified first. The reader must outlive the check.
  ChainCheck(AuditReader* reader, const std::optional<AuditCheckpoint>& checkpoint);

  // Verifies the next entries, kEntriesPerStep at most; true while there are more. Errors are those
  // of the reader.
  absl::StatusOr<bool> Step();

  // Nothing while nothing is wrong. Sequence 0 says that the checkpoint itself is.
  const std::optional<BrokenLink>& broken() const { return broken_; }
  const AuditTail& tail() const { return verifier_.tail(); }

  // So many take some milliseconds.
  static constexpr int kEntriesPerStep = 1000;

 private:
  AuditReader* reader_;
  ChainVerifier verifier_;
  std::optional<BrokenLink> broken_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_AUDIT_CHAIN_CHECK_H_
