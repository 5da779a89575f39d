#ifndef BERTHMASTER_COMMON_RECORDING_RECORDING_H_
#define BERTHMASTER_COMMON_RECORDING_RECORDING_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace berthmaster {

// A recording is the samples of one host in a file:
//   one line of ASCII  berthmaster-recording VERSION HOST START, START in microseconds since 1970
//   one zlib stream    (RFC 1950) of records, flushed after each of them
// and a record is, in little-endian,
//   length             4 bytes, of the message
//   CRC-32             4 bytes, of the message (RFC 1952)
//   message            the contract's Sample: the first in full, each later one as a delta against
//                      the one before it (common/wire/sample_delta.h)
// A file that was cut anywhere is read up to the last whole record. The zlib stream of a recording
// that was ended, not cut, has its end mark.

// Rises when a reader of before could not read what is written.
inline constexpr int64_t kRecordingVersion = 1;
// A larger message is never written, so a larger length in a file is damage: the largest message
// that an agent sends.
inline constexpr size_t kRecordingMessageBytesMax = 16 * 1024 * 1024;
// A host id of 253 characters and two numbers.
inline constexpr size_t kRecordingHeaderBytesMax = 320;
// Deltas can grow a sample beyond what one message holds. A host that has more pools than this at
// once does not name them all (kPoolsPerNetnsMax in agent/collect).
inline constexpr size_t kRecordingPoolsMax = 1'000'000;

struct RecordingHeader {
  std::string host_id;
  // When the recorder began, by the host's clock, to the microsecond.
  absl::Time start_time;
  friend bool operator==(const RecordingHeader&, const RecordingHeader&) = default;
};

// The header's line with its end.
std::string EncodeRecordingHeader(const RecordingHeader& header);

// Reads it back, without its line end. INVALID_ARGUMENT for what is no recording's header;
// FAILED_PRECONDITION for one of another version.
absl::StatusOr<RecordingHeader> DecodeRecordingHeader(absl::string_view line);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_RECORDING_RECORDING_H_
