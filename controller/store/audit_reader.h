#ifndef BERTHMASTER_CONTROLLER_STORE_AUDIT_READER_H_
#define BERTHMASTER_CONTROLLER_STORE_AUDIT_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit_entry.h"

namespace berthmaster {

// One read holds so many bytes of texts at most, by one entry more.
inline constexpr size_t kAuditReadBytesMax = size_t{4} * 1024 * 1024;
// One search looks at so many entries at most, so that none holds a thread for long.
inline constexpr int64_t kAuditSearchedMax = 50'000;

// What is searched for; what is empty matches everything.
struct AuditSearch {
  // Bit i for the action of number i.
  uint32_t actions = 0;
  std::string actor;
  std::string object;
  // Entries with a value of the host, about the host, or of its agent.
  std::string host_id;
  // start_time <= event time < end_time.
  absl::Time start_time = absl::InfinitePast();
  absl::Time end_time = absl::InfiniteFuture();
};

struct AuditPage {
  // Newest first.
  std::vector<AuditEntry> entries;
  // Where the search goes on, as `before`; 0 when there is nothing older.
  int64_t next_before = 0;
};

// Reads the audit entries that are committed. Any thread; calls block on the disk, so never from a
// gRPC reaction.
class AuditReader {
 public:
  virtual ~AuditReader() = default;

  // The entries of sequence `first` and above, oldest first, `count_max` at most and fewer when
  // they are large; none at the end. As they are stored: a gap is left a gap.
  virtual absl::StatusOr<std::vector<AuditEntry>> ReadFrom(int64_t first, int count_max) = 0;

  // Those below `before` that match, `count_max` at most; maybe none before the end is reached.
  virtual absl::StatusOr<AuditPage> Search(const AuditSearch& search, int64_t before,
                                           int count_max) = 0;

  // The end of the chain.
  virtual absl::StatusOr<AuditTail> ReadTail() = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_AUDIT_READER_H_
