#ifndef BERTHMASTER_AGENT_LINK_SPOOL_RECORD_H_
#define BERTHMASTER_AGENT_LINK_SPOOL_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// A larger payload is never written, so a larger length in a file is damage: the largest message of
// a session.
inline constexpr size_t kSpoolPayloadBytesMax = 16 * 1024 * 1024;
// Before each payload: magic, length, CRC-32 (RFC 1952) of all but itself, sequence number;
// little-endian.
inline constexpr size_t kSpoolHeaderBytes = 20;

// One record as bytes of a segment file.
std::string EncodeSpoolRecord(int64_t sequence, absl::string_view payload);

// Where a record's payload lies in a segment.
struct SpoolRecordPlace {
  int64_t sequence = 0;
  size_t payload_offset = 0;
  size_t payload_bytes = 0;
};

struct SpoolScan {
  std::vector<SpoolRecordPlace> records;
  // Whether the segment ends with a whole record. If not, what follows the last of `records` is
  // lost.
  bool is_whole = true;
};

// The records at the beginning of `segment`, up to the first that is torn, damaged or out of order.
SpoolScan ScanSpoolSegment(absl::string_view segment);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_SPOOL_RECORD_H_
