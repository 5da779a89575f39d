#include "agent/kernel/sockets/sock_diag_codec.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// idiag_timer of an inet_timewait_sock (inet_twsk_diag_fill).
constexpr uint8_t kTimerTimeWait = 3;
static_assert(sizeof(inet_diag_msg) == 72, "the uapi does not change");

template <typename Body>
void Fill(uint16_t type, const Body& body, uint32_t sequence, SockDiagRequest& request) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = sequence;
  request.size = NLMSG_LENGTH(sizeof(body));
  header.nlmsg_len = static_cast<uint32_t>(request.size);
  std::memcpy(request.bytes.data(), &header, sizeof(header));
  std::memcpy(request.bytes.data() + NLMSG_HDRLEN, &body, sizeof(body));
}

// A field of the message at `payload`, which need not be aligned.
template <typename T>
T Load(const uint8_t* payload, size_t offset) {
  T value;
  std::memcpy(&value, payload + offset, sizeof(value));
  return value;
}

// Fills `address` in place: it is part of the hot path, and a copy of what was just written in
// pieces stalls the processor.
inline void LoadAddress(const uint8_t* payload, size_t offset, bool is_v4, RawAddress& address) {
  if (is_v4) {
    address.words = {Load<uint32_t>(payload, offset), 0, 0, 0};
    address.is_v4 = true;
    return;
  }
  address.words = Load<std::array<uint32_t, 4>>(payload, offset);
  address.is_v4 =
      address.words[0] == 0 && address.words[1] == 0 && address.words[2] == htonl(0xffff);
  if (address.is_v4) address.words = {address.words[3], 0, 0, 0};
}

// Sets every field of `row` that the message has. The row is used again from message to message:
// to clear all of it first costs more than to read the message. False when it is to be skipped.
bool LoadRow(const uint8_t* payload, size_t payload_size, SocketRow& row) {
  const auto family = payload[offsetof(inet_diag_msg, idiag_family)];
  const auto state = payload[offsetof(inet_diag_msg, idiag_state)];
  const bool is_v4 = family == AF_INET;
  if (!is_v4 && family != AF_INET6) return false;
  if (state == 0 || state >= kTcpStateCount) return false;
  row.state = static_cast<TcpState>(state);
  // A socket that is only bound is in TCP_CLOSE, and no other one of that state is in any table
  // (inet_diag_dump_icsk).
  if (row.state == TcpState::kClose) row.state = TcpState::kBoundInactive;
  row.is_mini = payload[offsetof(inet_diag_msg, idiag_timer)] == kTimerTimeWait;
  row.local_port = ntohs(Load<uint16_t>(payload, offsetof(inet_diag_msg, id.idiag_sport)));
  row.destination_port = ntohs(Load<uint16_t>(payload, offsetof(inet_diag_msg, id.idiag_dport)));
  row.expires_ms = Load<uint32_t>(payload, offsetof(inet_diag_msg, idiag_expires));
  LoadAddress(payload, offsetof(inet_diag_msg, id.idiag_src), is_v4, row.source);
  LoadAddress(payload, offsetof(inet_diag_msg, id.idiag_dst), is_v4, row.destination);
  row.cookie = Load<uint64_t>(payload, offsetof(inet_diag_msg, id.idiag_cookie));
  row.inode = Load<uint32_t>(payload, offsetof(inet_diag_msg, idiag_inode));
  row.uid = Load<uint32_t>(payload, offsetof(inet_diag_msg, idiag_uid));
  row.receive_queue = Load<uint32_t>(payload, offsetof(inet_diag_msg, idiag_rqueue));
  row.send_queue = Load<uint32_t>(payload, offsetof(inet_diag_msg, idiag_wqueue));
  row.attributes = {payload + sizeof(inet_diag_msg), payload_size - sizeof(inet_diag_msg)};
  return true;
}

// An attribute's type without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER.
constexpr uint16_t kTypeMask = 0x3fff;

// The attribute of that type among those of the row, when it is there and whole.
template <typename T>
std::optional<T> FindAttribute(const SocketRow& row, uint16_t wanted_type) {
  const uint8_t* at = row.attributes.data();
  size_t left = row.attributes.size();
  while (left >= sizeof(nlattr)) {
    const auto length = Load<uint16_t>(at, offsetof(nlattr, nla_len));
    const auto type = Load<uint16_t>(at, offsetof(nlattr, nla_type)) & kTypeMask;
    if (length < sizeof(nlattr) || length > left) return std::nullopt;
    if (type == wanted_type) {
      if (length < sizeof(nlattr) + sizeof(T)) return std::nullopt;
      return Load<T>(at, sizeof(nlattr));
    }
    const size_t step = NLA_ALIGN(length);
    if (step >= left) return std::nullopt;
    at += step;
    left -= step;
  }
  return std::nullopt;
}

absl::Status CutShort(size_t said, size_t had) {
  return absl::DataLossError(absl::StrCat("a sock_diag message says ", said, " bytes where ", had,
                                          " are left of the buffer"));
}

absl::Status KernelError(const uint8_t* payload, size_t size, absl::string_view what) {
  int32_t negative_errno = 0;
  if (size < sizeof(negative_errno)) return CutShort(sizeof(negative_errno), size);
  std::memcpy(&negative_errno, payload, sizeof(negative_errno));
  if (negative_errno >= 0) return absl::OkStatus();
  // A value that is no errno must not overflow in the negation.
  const int error_number = negative_errno < -4095 ? EPROTO : -negative_errno;
  return ErrnoStatus(error_number, what);
}

}  // namespace

std::optional<uint64_t> CgroupId(const SocketRow& row) {
  return FindAttribute<uint64_t>(row, INET_DIAG_CGROUP_ID);
}

std::optional<bool> IsV6Only(const SocketRow& row) {
  const std::optional<uint8_t> value = FindAttribute<uint8_t>(row, INET_DIAG_SKV6ONLY);
  if (!value.has_value()) return std::nullopt;
  return *value != 0;
}

SockDiagRequest EncodeSockDiagRequest(SockDiagForm form, uint32_t states_mask, uint32_t sequence,
                                      IpProtocol protocol) {
  SockDiagRequest request;
  if (form == SockDiagForm::kBothFamilies) {
    inet_diag_req body{};
    body.idiag_states = states_mask;
    Fill(TCPDIAG_GETSOCK, body, sequence, request);
    return request;
  }
  inet_diag_req_v2 body{};
  body.sdiag_family = form == SockDiagForm::kIpv4 ? AF_INET : AF_INET6;
  body.sdiag_protocol = static_cast<uint8_t>(protocol);
  body.idiag_states = states_mask;
  Fill(SOCK_DIAG_BY_FAMILY, body, sequence, request);
  return request;
}

absl::StatusOr<SockDiagProgress> DecodeSockDiag(std::span<const uint8_t> buffer, uint32_t sequence,
                                                SocketRowVisitor visit) {
  const uint8_t* at = buffer.data();
  size_t left = buffer.size();
  SocketRow row;
  while (left >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, at, sizeof(header));
    const size_t length = header.nlmsg_len;
    if (length < sizeof(header) || length > left) return CutShort(length, left);
    const uint8_t* payload = at + NLMSG_HDRLEN;
    const size_t payload_size = length - NLMSG_HDRLEN;
    if (header.nlmsg_seq == sequence) {
      if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) return SockDiagProgress::kInterrupted;
      switch (header.nlmsg_type) {
        case TCPDIAG_GETSOCK:
        case SOCK_DIAG_BY_FAMILY:
          if (payload_size < sizeof(inet_diag_msg)) {
            return CutShort(sizeof(inet_diag_msg), payload_size);
          }
          if (LoadRow(payload, payload_size, row)) visit(row);
          break;
        case NLMSG_DONE:
          // Older kernels send no error number with it.
          if (payload_size >= sizeof(int32_t)) {
            BERTHMASTER_RETURN_IF_ERROR(KernelError(payload, payload_size, "end of the dump"));
          }
          return SockDiagProgress::kDone;
        case NLMSG_ERROR:
          BERTHMASTER_RETURN_IF_ERROR(KernelError(payload, payload_size, "sock_diag request"));
          break;
        default:
          break;
      }
    }
    const size_t step = NLMSG_ALIGN(length);
    if (step >= left) return SockDiagProgress::kMore;
    at += step;
    left -= step;
  }
  if (left != 0) return CutShort(sizeof(nlmsghdr), left);
  return SockDiagProgress::kMore;
}

bool BeginsWithSocket(std::span<const uint8_t> buffer) {
  if (buffer.size() < sizeof(nlmsghdr)) return false;
  const auto type = Load<uint16_t>(buffer.data(), offsetof(nlmsghdr, nlmsg_type));
  return type == TCPDIAG_GETSOCK || type == SOCK_DIAG_BY_FAMILY;
}

}  // namespace berthmaster
