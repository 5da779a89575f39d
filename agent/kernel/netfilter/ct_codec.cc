#include "agent/kernel/netfilter/ct_codec.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <span>

namespace berthmaster {
namespace {

constexpr uint16_t kGet = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
constexpr uint16_t kNew = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;

// Not in every uapi header (include/uapi/linux/netfilter/nfnetlink_conntrack.h and its .c).
constexpr uint16_t kFilterReplyFlags = 2;         // CTA_FILTER_REPLY_FLAGS
constexpr uint32_t kFilterDestination = 1u << 1;  // CTA_FILTER_F_CTA_IP_DST

struct Tuple {
  RawAddress source;
  RawAddress destination;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  std::optional<uint8_t> protocol;
  uint16_t zone = 0;
  bool has_source = false;
  bool has_destination = false;

  bool is_whole() const { return protocol.has_value() && has_source && has_destination; }
};

bool LoadAddress(std::span<const uint8_t> payload, RawAddress& address) {
  if (payload.size() != 4 && payload.size() != 16) return false;
  address.is_v4 = payload.size() == 4;
  std::memcpy(address.words.data(), payload.data(), payload.size());
  return true;
}

void LoadAddresses(std::span<const uint8_t> bytes, Tuple& tuple) {
  NfAttributes attributes(bytes);
  NfAttribute attribute;
  while (attributes.Next(attribute)) {
    switch (attribute.type) {
      case CTA_IP_V4_SRC:
      case CTA_IP_V6_SRC:
        tuple.has_source = LoadAddress(attribute.payload, tuple.source);
        break;
      case CTA_IP_V4_DST:
      case CTA_IP_V6_DST:
        tuple.has_destination = LoadAddress(attribute.payload, tuple.destination);
        break;
      default:
        break;
    }
  }
}

void LoadPorts(std::span<const uint8_t> bytes, Tuple& tuple) {
  NfAttributes attributes(bytes);
  NfAttribute attribute;
  while (attributes.Next(attribute)) {
    switch (attribute.type) {
      case CTA_PROTO_NUM:
        tuple.protocol = attribute.Byte();
        break;
      case CTA_PROTO_SRC_PORT:
        tuple.source_port = attribute.BigEndian16().value_or(0);
        break;
      case CTA_PROTO_DST_PORT:
        tuple.destination_port = attribute.BigEndian16().value_or(0);
        break;
      default:
        break;
    }
  }
}

Tuple LoadTuple(std::span<const uint8_t> bytes) {
  Tuple tuple;
  NfAttributes attributes(bytes);
  NfAttribute attribute;
  while (attributes.Next(attribute)) {
    switch (attribute.type) {
      case CTA_TUPLE_IP:
        LoadAddresses(attribute.payload, tuple);
        break;
      case CTA_TUPLE_PROTO:
        LoadPorts(attribute.payload, tuple);
        break;
      case CTA_TUPLE_ZONE:
        tuple.zone = attribute.BigEndian16().value_or(0);
        break;
      default:
        break;
    }
  }
  return tuple;
}

std::optional<TcpState> LoadTcpState(std::span<const uint8_t> protocol_info) {
  const auto tcp = FindNfAttribute(protocol_info, CTA_PROTOINFO_TCP);
  if (!tcp.has_value()) return std::nullopt;
  const auto state = FindNfAttribute(tcp->payload, CTA_PROTOINFO_TCP_STATE);
  if (!state.has_value() || !state->Byte().has_value()) return std::nullopt;
  return TcpStateOfConntrack(*state->Byte());
}

absl::Status Broken() { return absl::DataLossError("an entry of conntrack is broken"); }

NfRequest EncodeDump(uint8_t family, uint32_t status, uint32_t sequence) {
  NfRequest request(kGet, NLM_F_DUMP, family, sequence);
  request.AddBigEndian32(CTA_STATUS, status).AddBigEndian32(CTA_STATUS_MASK, IPS_SRC_NAT);
  return request;
}

}  // namespace

NfRequest EncodeCtDump(uint8_t family, bool is_translated, uint32_t sequence) {
  return EncodeDump(family, is_translated ? IPS_SRC_NAT : 0, sequence);
}

NfRequest EncodeCtDumpFrom(const RawAddress& address, uint32_t sequence) {
  NfRequest request = EncodeDump(address.is_v4 ? AF_INET : AF_INET6, 0, sequence);
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), address.words.data(), bytes.size());
  const size_t tuple = request.BeginNested(CTA_TUPLE_REPLY);
  const size_t ip = request.BeginNested(CTA_TUPLE_IP);
  request.Add(address.is_v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST,
              std::span<const uint8_t>(bytes).first(address.is_v4 ? 4 : 16));
  request.EndNested(ip);
  request.EndNested(tuple);
  const size_t filter = request.BeginNested(CTA_FILTER);
  request.AddNative32(kFilterReplyFlags, kFilterDestination);
  request.EndNested(filter);
  return request;
}

absl::StatusOr<std::optional<CtEntry>> DecodeCtEntry(const NfMessage& message) {
  if (message.type != kNew) return std::nullopt;
  std::optional<NfAttribute> original;
  std::optional<Tuple> reply;
  std::optional<uint32_t> status;
  CtEntry entry;
  NfAttributes attributes(message.attributes);
  NfAttribute attribute;
  while (attributes.Next(attribute)) {
    switch (attribute.type) {
      case CTA_TUPLE_ORIG:
        original = attribute;
        break;
      case CTA_TUPLE_REPLY:
        reply = LoadTuple(attribute.payload);
        break;
      case CTA_STATUS:
        status = attribute.BigEndian32();
        break;
      case CTA_TIMEOUT:
        entry.row.expires_seconds = attribute.BigEndian32().value_or(0);
        break;
      case CTA_PROTOINFO:
        entry.row.state = LoadTcpState(attribute.payload);
        break;
      case CTA_ZONE:
        entry.zone = attribute.BigEndian16().value_or(0);
        break;
      default:
        break;
    }
  }
  if (attributes.is_broken() || !original.has_value() || !reply.has_value() || !reply->is_whole()) {
    return Broken();
  }
  if (*reply->protocol == static_cast<uint8_t>(IpProtocol::kTcp)) {
    entry.row.protocol = IpProtocol::kTcp;
  } else if (*reply->protocol == static_cast<uint8_t>(IpProtocol::kUdp)) {
    entry.row.protocol = IpProtocol::kUdp;
    entry.row.state.reset();
  } else {
    return std::nullopt;
  }
  entry.row.snat_address = reply->destination;
  entry.row.snat_port = reply->destination_port;
  entry.row.destination = reply->source;
  entry.row.destination_port = reply->source_port;
  if (entry.zone == 0) entry.zone = reply->zone;
  if (status.has_value()) {
    entry.is_translated = (*status & IPS_SRC_NAT) != 0;
  } else {
    const Tuple from = LoadTuple(original->payload);
    if (!from.is_whole()) return Broken();
    entry.is_translated =
        !(from.source == reply->destination) || from.source_port != reply->destination_port;
  }
  return entry;
}

std::optional<TcpState> TcpStateOfConntrack(uint8_t state) {
  switch (state) {
    case TCP_CONNTRACK_SYN_SENT:
    case TCP_CONNTRACK_SYN_SENT2:
      return TcpState::kSynSent;
    case TCP_CONNTRACK_SYN_RECV:
      return TcpState::kSynRecv;
    case TCP_CONNTRACK_ESTABLISHED:
      return TcpState::kEstablished;
    case TCP_CONNTRACK_FIN_WAIT:
      return TcpState::kFinWait1;
    case TCP_CONNTRACK_CLOSE_WAIT:
      return TcpState::kCloseWait;
    case TCP_CONNTRACK_LAST_ACK:
      return TcpState::kLastAck;
    case TCP_CONNTRACK_TIME_WAIT:
      return TcpState::kTimeWait;
    case TCP_CONNTRACK_CLOSE:
      return TcpState::kClose;
    default:
      return std::nullopt;
  }
}

}  // namespace berthmaster
