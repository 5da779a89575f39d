#include "agent/link/spool_record.h"

#include <zlib.h>

#include <optional>

namespace berthmaster {
namespace {

constexpr uint64_t kMagic = 0x31534d42;  // "BMS1"
constexpr size_t kChecksumOffset = 8;
constexpr size_t kSequenceOffset = 12;

void AppendNumber(std::string& bytes, uint64_t number, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t NumberAt(absl::string_view bytes, size_t offset, int size) {
  uint64_t number = 0;
  for (int i = size - 1; i >= 0; --i) {
    number = number << 8 | static_cast<uint8_t>(bytes[offset + static_cast<size_t>(i)]);
  }
  return number;
}

uint32_t Checksum(absl::string_view header, absl::string_view payload) {
  auto add = [](uLong crc, absl::string_view bytes) {
    return crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()),
                 static_cast<uInt>(bytes.size()));
  };
  uLong crc = add(0, header.substr(0, kChecksumOffset));
  crc = add(crc, header.substr(kSequenceOffset, kSpoolHeaderBytes - kSequenceOffset));
  return static_cast<uint32_t>(add(crc, payload));
}

// The record that `bytes` begin with, at offset 0.
std::optional<SpoolRecordPlace> ReadRecord(absl::string_view bytes) {
  if (bytes.size() < kSpoolHeaderBytes || NumberAt(bytes, 0, 4) != kMagic) return std::nullopt;
  uint64_t length = NumberAt(bytes, 4, 4);
  if (length > kSpoolPayloadBytesMax || length > bytes.size() - kSpoolHeaderBytes) {
    return std::nullopt;
  }
  absl::string_view payload = bytes.substr(kSpoolHeaderBytes, length);
  if (NumberAt(bytes, kChecksumOffset, 4) != Checksum(bytes, payload)) return std::nullopt;
  return SpoolRecordPlace{static_cast<int64_t>(NumberAt(bytes, kSequenceOffset, 8)),
                          kSpoolHeaderBytes, length};
}

}  // namespace

std::string EncodeSpoolRecord(int64_t sequence, absl::string_view payload) {
  std::string header;
  AppendNumber(header, kMagic, 4);
  AppendNumber(header, payload.size(), 4);
  AppendNumber(header, 0, 4);
  AppendNumber(header, static_cast<uint64_t>(sequence), 8);
  std::string checksum;
  AppendNumber(checksum, Checksum(header, payload), 4);
  header.replace(kChecksumOffset, checksum.size(), checksum);
  return header.append(payload.data(), payload.size());
}

SpoolScan ScanSpoolSegment(absl::string_view segment) {
  SpoolScan scan;
  size_t offset = 0;
  int64_t last_sequence = 0;
  while (offset < segment.size()) {
    std::optional<SpoolRecordPlace> record = ReadRecord(segment.substr(offset));
    if (!record.has_value() || record->sequence <= last_sequence) {
      scan.is_whole = false;
      break;
    }
    last_sequence = record->sequence;
    record->payload_offset += offset;
    offset = record->payload_offset + record->payload_bytes;
    scan.records.push_back(*record);
  }
  return scan;
}

}  // namespace berthmaster
