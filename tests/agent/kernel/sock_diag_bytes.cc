#include "tests/agent/kernel/sock_diag_bytes.h"

#include <arpa/inet.h>

#include <cstring>

namespace berthmaster {
namespace {

template <typename T>
void Put(std::vector<uint8_t>& bytes, size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

}  // namespace

std::vector<uint8_t> NetlinkMessage(uint16_t type, uint32_t sequence,
                                    const std::vector<uint8_t>& payload, uint32_t length) {
  std::vector<uint8_t> bytes(16 + payload.size());
  Put<uint32_t>(bytes, 0, length != 0 ? length : static_cast<uint32_t>(bytes.size()));
  Put<uint16_t>(bytes, 4, type);
  Put<uint32_t>(bytes, 8, sequence);
  std::copy(payload.begin(), payload.end(), bytes.begin() + 16);
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

std::vector<uint8_t> InetDiagPayload(const InetDiagFields& fields) {
  std::vector<uint8_t> bytes(72);
  bytes[0] = fields.family;
  bytes[1] = fields.state;
  bytes[2] = fields.timer;
  Put<uint16_t>(bytes, 4, htons(fields.local_port));
  Put<uint16_t>(bytes, 6, htons(fields.destination_port));
  inet_pton(fields.family, fields.source.c_str(), bytes.data() + 8);
  inet_pton(fields.family, fields.destination.c_str(), bytes.data() + 24);
  Put<uint32_t>(bytes, 52, fields.expires_ms);
  return bytes;
}

std::vector<uint8_t> Number(int32_t value) {
  std::vector<uint8_t> bytes(4);
  Put<int32_t>(bytes, 0, value);
  return bytes;
}

std::vector<uint8_t> Join(const std::vector<std::vector<uint8_t>>& parts) {
  std::vector<uint8_t> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace berthmaster
