#include "agent/kernel/netfilter/nf_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr size_t kHeaderBytes = NLMSG_HDRLEN + sizeof(nfgenmsg);

template <typename T>
std::optional<T> Load(std::span<const uint8_t> payload) {
  if (payload.size() != sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, payload.data(), sizeof(value));
  return value;
}

absl::Status CutShort(size_t said, size_t had) {
  return absl::DataLossError(absl::StrCat("a message of netfilter says ", said, " bytes where ",
                                          had, " are left of the buffer"));
}

// What NLMSG_ERROR and NLMSG_DONE begin with: 0, or a negative errno.
absl::Status KernelError(std::span<const uint8_t> payload) {
  if (payload.size() < sizeof(int32_t)) return CutShort(sizeof(int32_t), payload.size());
  const int32_t negative_errno = *Load<int32_t>(payload.first(sizeof(int32_t)));
  if (negative_errno >= 0) return absl::OkStatus();
  // A value that is no errno must not overflow in the negation.
  return NfErrorStatus(negative_errno < -4095 ? EPROTO : -negative_errno, "netfilter's answer");
}

}  // namespace

std::optional<uint8_t> NfAttribute::Byte() const { return Load<uint8_t>(payload); }

std::optional<uint16_t> NfAttribute::BigEndian16() const {
  const std::optional<uint16_t> number = Load<uint16_t>(payload);
  if (!number.has_value()) return std::nullopt;
  return ntohs(*number);
}

std::optional<uint32_t> NfAttribute::BigEndian32() const {
  const std::optional<uint32_t> number = Load<uint32_t>(payload);
  if (!number.has_value()) return std::nullopt;
  return ntohl(*number);
}

absl::string_view NfAttribute::Text() const {
  absl::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  return text.substr(0, text.find('\0'));
}

bool NfAttributes::Next(NfAttribute& attribute) {
  if (left_.empty()) return false;
  nlattr header;
  if (left_.size() < sizeof(header)) {
    is_broken_ = true;
    return false;
  }
  std::memcpy(&header, left_.data(), sizeof(header));
  if (header.nla_len < sizeof(header) || header.nla_len > left_.size()) {
    is_broken_ = true;
    return false;
  }
  attribute.type = header.nla_type & NLA_TYPE_MASK;
  attribute.payload = left_.first(header.nla_len).subspan(sizeof(header));
  left_ = left_.subspan(std::min<size_t>(NLA_ALIGN(header.nla_len), left_.size()));
  return true;
}

std::optional<NfAttribute> FindNfAttribute(std::span<const uint8_t> bytes, uint16_t type) {
  NfAttributes attributes(bytes);
  NfAttribute attribute;
  while (attributes.Next(attribute)) {
    if (attribute.type == type) return attribute;
  }
  return std::nullopt;
}

NfRequest::NfRequest(uint16_t type, uint16_t flags, uint8_t family, uint32_t sequence)
    : size_(kHeaderBytes), sequence_(sequence) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = flags | NLM_F_REQUEST;
  header.nlmsg_seq = sequence;
  nfgenmsg body{};
  body.nfgen_family = family;
  body.version = NFNETLINK_V0;
  std::memcpy(bytes_.data(), &header, sizeof(header));
  std::memcpy(bytes_.data() + NLMSG_HDRLEN, &body, sizeof(body));
}

NfRequest& NfRequest::Add(uint16_t type, std::span<const uint8_t> payload) {
  const size_t length = sizeof(nlattr) + payload.size();
  if (size_ + NLA_ALIGN(length) > kBytesMax) return *this;
  nlattr header{};
  header.nla_len = static_cast<uint16_t>(length);
  header.nla_type = type;
  std::memcpy(bytes_.data() + size_, &header, sizeof(header));
  std::copy(
      payload.begin(), payload.end(),
      bytes_.begin() + static_cast<ptrdiff_t>(size_) + static_cast<ptrdiff_t>(sizeof(header)));
  size_ += NLA_ALIGN(length);
  return *this;
}

NfRequest& NfRequest::AddBigEndian32(uint16_t type, uint32_t number) {
  return AddNative32(type, htonl(number));
}

NfRequest& NfRequest::AddNative32(uint16_t type, uint32_t number) {
  std::array<uint8_t, sizeof(number)> bytes;
  std::memcpy(bytes.data(), &number, sizeof(number));
  return Add(type, bytes);
}

size_t NfRequest::BeginNested(uint16_t type) {
  const size_t begin = size_;
  Add(type | NLA_F_NESTED, {});
  return begin;
}

void NfRequest::EndNested(size_t begin) {
  if (begin + sizeof(nlattr) > size_) return;
  const auto length = static_cast<uint16_t>(size_ - begin);
  std::memcpy(bytes_.data() + begin, &length, sizeof(length));
}

std::span<const uint8_t> NfRequest::bytes() {
  const auto length = static_cast<uint32_t>(size_);
  std::memcpy(bytes_.data(), &length, sizeof(length));
  return std::span<const uint8_t>(bytes_).first(size_);
}

absl::StatusOr<NfProgress> DecodeNfMessages(std::span<const uint8_t> buffer, uint32_t sequence,
                                            absl::FunctionRef<void(const NfMessage&)> visit) {
  while (!buffer.empty()) {
    nlmsghdr header;
    if (buffer.size() < sizeof(header)) return CutShort(sizeof(header), buffer.size());
    std::memcpy(&header, buffer.data(), sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > buffer.size()) {
      return CutShort(header.nlmsg_len, buffer.size());
    }
    const std::span<const uint8_t> whole = buffer.first(header.nlmsg_len);
    buffer = buffer.subspan(std::min<size_t>(NLMSG_ALIGN(whole.size()), buffer.size()));
    if (header.nlmsg_seq != sequence) continue;
    if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) return NfErrorStatus(EINTR, "the dump");
    const std::span<const uint8_t> payload = whole.subspan(NLMSG_HDRLEN);
    switch (header.nlmsg_type) {
      case NLMSG_NOOP:
        break;
      case NLMSG_DONE:
      // With errno 0 it is the acknowledgement, which comes last.
      case NLMSG_ERROR:
        BERTHMASTER_RETURN_IF_ERROR(KernelError(payload));
        return NfProgress::kDone;
      default:
        if (payload.size() < sizeof(nfgenmsg)) return CutShort(kHeaderBytes, whole.size());
        visit({header.nlmsg_type, payload[offsetof(nfgenmsg, nfgen_family)],
               payload.subspan(NLMSG_ALIGN(sizeof(nfgenmsg)))});
    }
  }
  return NfProgress::kMore;
}

absl::Status NfErrorStatus(int error_number, absl::string_view what) {
  switch (error_number) {
    case EPERM:
      return absl::PermissionDeniedError(absl::StrCat(
          what, ": not permitted; give the agent CAP_NET_ADMIN to see conntrack and NAT rules"));
    case EINTR:
      return absl::UnavailableError(
          absl::StrCat(what, ": the kernel's table changed while it was dumped"));
    case ENOBUFS:
      return absl::UnavailableError(
          absl::StrCat(what, ": the kernel dropped part of it (ENOBUFS)"));
    case EAGAIN:
      return absl::UnavailableError(absl::StrCat(what, ": the kernel did not answer in time"));
    // No netfilter netlink at all; no such subsystem, and it could not be loaded.
    case EPROTONOSUPPORT:
    case EOPNOTSUPP:
      return absl::NotFoundError(absl::StrCat(what, ": this kernel has no netfilter netlink"));
    default:
      return ErrnoStatus(error_number, what);
  }
}

}  // namespace berthmaster
