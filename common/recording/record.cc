#include "common/recording/record.h"

#include <zlib.h>

namespace berthmaster {
namespace {

void AppendNumber(std::string& bytes, uint32_t number) {
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
}

uint32_t NumberAt(absl::string_view bytes, size_t offset) {
  uint32_t number = 0;
  for (size_t i = 4; i > 0; --i) number = number << 8 | static_cast<uint8_t>(bytes[offset + i - 1]);
  return number;
}

}  // namespace

uint32_t RecordChecksum(absl::string_view message) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(message.data()), static_cast<uInt>(message.size())));
}

std::string EncodeRecord(absl::string_view message) {
  std::string record;
  record.reserve(kRecordHeadBytes + message.size());
  AppendNumber(record, static_cast<uint32_t>(message.size()));
  AppendNumber(record, RecordChecksum(message));
  record.append(message.data(), message.size());
  return record;
}

RecordHead DecodeRecordHead(absl::string_view bytes) {
  return {NumberAt(bytes, 0), NumberAt(bytes, 4)};
}

}  // namespace berthmaster
