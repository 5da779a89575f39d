#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_NF_MESSAGE_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_NF_MESSAGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// The bytes of netfilter's netlink (linux/netfilter/nfnetlink.h): requests, messages and their
// attributes. Pure, bounds-checked, without allocation; any thread.

// One attribute, its type without the flags of nesting and byte order.
struct NfAttribute {
  uint16_t type = 0;
  std::span<const uint8_t> payload;

  // A number of exactly that size. Nothing for another size.
  std::optional<uint8_t> Byte() const;
  std::optional<uint16_t> BigEndian16() const;
  std::optional<uint32_t> BigEndian32() const;
  // Up to its terminating 0, or the whole.
  absl::string_view Text() const;
};

// Walks the attributes of a message, or those nested in one.
class NfAttributes {
 public:
  explicit NfAttributes(std::span<const uint8_t> bytes) : left_(bytes) {}

  // The next one; false after the last, and at a length that cannot be.
  bool Next(NfAttribute& attribute);
  // Whether what ended the walk was a length that cannot be.
  bool is_broken() const { return is_broken_; }

 private:
  std::span<const uint8_t> left_;
  bool is_broken_ = false;
};

// The first attribute of that type; nothing when there is none.
std::optional<NfAttribute> FindNfAttribute(std::span<const uint8_t> bytes, uint16_t type);

// A request, ready to send.
class NfRequest {
 public:
  // `flags` beside NLM_F_REQUEST; `type` is subsystem << 8 | message; `family` is AF_*.
  NfRequest(uint16_t type, uint16_t flags, uint8_t family, uint32_t sequence);

  // Each adds one attribute. What does not fit into kBytesMax is a mistake of the caller: it is
  // left out, and the kernel refuses the request for want of it.
  NfRequest& Add(uint16_t type, std::span<const uint8_t> payload);
  NfRequest& AddBigEndian32(uint16_t type, uint32_t number);
  // In the machine's byte order.
  NfRequest& AddNative32(uint16_t type, uint32_t number);
  // What is added until EndNested() lies inside it.
  size_t BeginNested(uint16_t type);
  void EndNested(size_t begin);

  uint32_t sequence() const { return sequence_; }
  std::span<const uint8_t> bytes();

 private:
  // The longest request here has two nested tuples.
  static constexpr size_t kBytesMax = 256;

  std::array<uint8_t, kBytesMax> bytes_{};
  size_t size_ = 0;
  uint32_t sequence_;
};

// A message of the kernel's. Valid for as long as the buffer it was decoded from.
struct NfMessage {
  uint16_t type = 0;
  // AF_*, or NFPROTO_INET for a rule of both.
  uint8_t family = 0;
  std::span<const uint8_t> attributes;
};

enum class NfProgress : uint8_t { kMore, kDone };

// Calls `visit` for each message in one received buffer. Messages of another sequence number are
// skipped. Errors: DATA_LOSS for a message that is cut short or says a length that cannot be;
// UNAVAILABLE when what is dumped changed meanwhile (NLM_F_DUMP_INTR, EINTR) or overflowed
// (ENOBUFS); else the code that fits errno in NLMSG_ERROR and NLMSG_DONE. Messages before an error
// have been visited.
absl::StatusOr<NfProgress> DecodeNfMessages(std::span<const uint8_t> buffer, uint32_t sequence,
                                            absl::FunctionRef<void(const NfMessage&)> visit);

// The status of a failed request to netfilter, with the next step where there is one.
absl::Status NfErrorStatus(int error_number, absl::string_view what);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_NF_MESSAGE_H_
