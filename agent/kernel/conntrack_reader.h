#ifndef BERTHMASTER_AGENT_KERNEL_CONNTRACK_READER_H_
#define BERTHMASTER_AGENT_KERNEL_CONNTRACK_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/netns_directory.h"
#include "agent/kernel/socket_row.h"
#include "common/net/pool_key.h"
#include "common/net/port_range.h"
#include "common/protocol/tcp_state.h"

namespace berthmaster {

// One conntrack entry whose source is translated. The tuples are (source, destination) as seen
// before and after translation.
struct SnatRow {
  IpProtocol protocol = IpProtocol::kTcp;
  // After translation: what the reply comes back to. The pool's key.
  RawAddress snat_address;
  uint16_t snat_port = 0;
  RawAddress destination;
  uint16_t destination_port = 0;
  // Of TCP: the conntrack state as the socket state of the same name. Nothing for UDP.
  std::optional<TcpState> state;
  // What is left of its time.
  uint32_t expires_seconds = 0;
};

// The size of the conntrack table.
struct ConntrackTable {
  int32_t entry_count = 0;
  int32_t entry_count_max = 0;
  // Since the namespace was made, all processors together: insert_failed, drop, early_drop.
  std::map<std::string, int64_t> counters;
};

// A rule that limits the ports a source is translated to.
struct SnatRange {
  // The unspecified one: whatever address the interface has (masquerade).
  RawAddress snat_address;
  std::optional<IpProtocol> protocol;
  PortRange ports;
};

// Reads what netfilter knows of a namespace. One thread. Errors of all: NOT_FOUND when conntrack is
// not loaded or not in use there, PERMISSION_DENIED (CAP_NET_ADMIN) with the remedy, UNAVAILABLE
// when the kernel cut a dump short.
class ConntrackReader {
 public:
  virtual ~ConntrackReader() = default;

  // Cheap: a few small files.
  virtual absl::StatusOr<ConntrackTable> ReadTable(const NetnsEntry& netns) = 0;

  // Visits every entry with a translated source, TCP and UDP of both families.
  virtual absl::Status VisitSnat(const NetnsEntry& netns,
                                 absl::FunctionRef<void(const SnatRow&)> visit) = 0;

  // The port ranges of the source NAT rules, as far as they can be read; empty when no rule limits
  // the ports.
  virtual absl::StatusOr<std::vector<SnatRange>> ReadSnatRanges(const NetnsEntry& netns) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_CONNTRACK_READER_H_
