#ifndef BERTHMASTER_COMMON_RECORDING_RECORD_H_
#define BERTHMASTER_COMMON_RECORDING_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// The frame of a message inside the zlib stream of a recording. Pure.

// Length and CRC-32.
inline constexpr size_t kRecordHeadBytes = 8;

struct RecordHead {
  uint32_t message_bytes = 0;
  uint32_t checksum = 0;
};

// The head and the message, of at most 4 GiB.
std::string EncodeRecord(absl::string_view message);

// `bytes` are kRecordHeadBytes long; any such bytes are a head.
RecordHead DecodeRecordHead(absl::string_view bytes);

// CRC-32 (RFC 1952).
uint32_t RecordChecksum(absl::string_view message);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_RECORDING_RECORD_H_
