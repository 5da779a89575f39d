#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_CONNTRACK_READER_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_CONNTRACK_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/pool_key.h"
#include "common/net/port_range.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// One conntrack entry that takes a port of a SNAT pool, as its replies bear it: after translation
// of the source, and of the destination where that is translated too.
struct SnatRow {
  IpProtocol protocol = IpProtocol::kTcp;
  // What the reply comes back to. The pool's key.
  RawAddress snat_address;
  uint16_t snat_port = 0;
  // Where the reply comes from.
  RawAddress destination;
  uint16_t destination_port = 0;
  // Of TCP: the conntrack state as the socket state of the same name (TcpStateOfConntrack()).
  // Nothing for UDP.
  std::optional<TcpState> state;
  // What is left of its time.
  uint32_t expires_seconds = 0;
};

// The size of the conntrack table.
struct ConntrackTable {
  // Of this namespace (nf_conntrack_count).
  int32_t entry_count = 0;
  // nf_conntrack_max is one number for the host, but each namespace's own count is compared with it
  // (__nf_conntrack_alloc), so each has that many entries to itself. 0 is no limit.
  int32_t entry_count_max = 0;
  // Since the namespace was made, all processors together: insert_failed, drop, early_drop.
  std::map<std::string, int64_t> counters;
};

// A rule that limits the ports a source is translated to. It may hold for a part of the traffic
// only (of one destination, one interface, one mark), and a rule before it may come first: it
// limits a pool for certain only where every entry of that pool has its snat_port inside.
struct SnatRange {
  // The unspecified one: whatever address the interface has (masquerade).
  RawAddress snat_address;
  std::optional<IpProtocol> protocol;
  PortRange ports;
};

// What the source NAT rules of a namespace say of ports.
struct SnatRules {
  // Of nftables' rules, those made by iptables-nft too, in their order. Empty when none of them
  // limits the ports.
  std::vector<SnatRange> ranges;
  // Rules of nftables that limit the ports in a way that is not read: ports from a map, a set or a
  // computation, or rules beyond the bound of `ranges`.
  int64_t unread_count = 0;
  // Whether iptables-legacy has its table "nat" here, for IPv4 or IPv6. Its rules are not read.
  // Nothing when that cannot be told: the file that says so is for the namespace's root only, or
  // for who has CAP_DAC_READ_SEARCH.
  std::optional<bool> has_legacy_nat = false;
};

// Reads what netfilter knows of a namespace. One thread. Errors of all: NOT_FOUND when conntrack is
// not loaded or not in use there, PERMISSION_DENIED (CAP_NET_ADMIN) with the remedy, UNAVAILABLE
// when the kernel cut a dump short.
class ConntrackReader {
 public:
  virtual ~ConntrackReader() = default;

  // Cheap: a few small files, and no privilege. NOT_FOUND also when there is no entry and nothing
  // was counted, since conntrack begins to work in a namespace when the first rule needs it.
  virtual absl::StatusOr<ConntrackTable> ReadTable(const NetnsEntry& netns) = 0;

  // Visits every entry with a translated source, TCP and UDP of both families; then those that are
  // not translated but take a port of the same pool: the node's own connections to where others are
  // masqueraded to.
  virtual absl::Status VisitSnat(const NetnsEntry& netns,
                                 absl::FunctionRef<void(const SnatRow&)> visit) = 0;

  // Without nftables there are no rules of it, which is no error.
  virtual absl::StatusOr<SnatRules> ReadSnatRules(const NetnsEntry& netns) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_CONNTRACK_READER_H_
