#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_CT_CODEC_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_CT_CODEC_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/netfilter/nf_message.h"

namespace berthmaster {

// The bytes of a dump of conntrack (ctnetlink, net/netfilter/nf_conntrack_netlink.c). Pure,
// bounds-checked, without allocation; any thread.

// One entry, seen from the tuple that its replies bear.
struct CtEntry {
  SnatRow row;
  // Whether its source was translated, in address or port. What is not takes its port of the same
  // space all the same (nf_nat_used_tuple looks at every reply tuple).
  bool is_translated = false;
  // The zone of its replies; entries of different zones do not compete.
  uint16_t zone = 0;
};

// A dump of all entries of the family whose source is translated, or of all of which it is not.
// Kernels before 5.15 ignore the difference and answer with all entries.
NfRequest EncodeCtDump(uint8_t family, bool is_translated, uint32_t sequence);

// As EncodeCtDump() of entries that are not translated, with `address` as their source, in the
// kernel's own filter (CTA_FILTER, 5.8 and later; ignored before).
NfRequest EncodeCtDumpFrom(const RawAddress& address, uint32_t sequence);

// Nothing for what is neither TCP nor UDP over IPv4 or IPv6, and for another message than an entry.
// DATA_LOSS when a part that every entry has is missing or broken.
absl::StatusOr<std::optional<CtEntry>> DecodeCtEntry(const NfMessage& message);

// The socket state of the same name as conntrack's (enum tcp_conntrack): FIN_WAIT is the first FIN
// and CLOSE_WAIT its ACK, whichever side sent it. SYN_SENT2, a SYN from both sides, is SYN_SENT.
// Nothing for NONE and for numbers that are none.
std::optional<TcpState> TcpStateOfConntrack(uint8_t state);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_CT_CODEC_H_
