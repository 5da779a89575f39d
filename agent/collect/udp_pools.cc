#include "agent/collect/udp_pools.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/address_ports.h"
#include "agent/collect/netns_load.h"
#include "agent/collect/port_pools.h"
#include "agent/kernel/sockets/sock_diag_codec.h"

namespace berthmaster {

void UdpPools::Update(const NetnsEntry& netns, int32_t udp_in_use, const PortSpace& space,
                      SocketDump& dump) {
  pools_.clear();
  if (is_refused_ || udp_in_use <= kQuietShare * space.OfferedCount()) return;
  limitation_.clear();
  AddressPorts ports(space);
  const absl::Status status = dump.VisitUdp(netns, [&](const SocketRow& row) {
    if (!space.range.Contains(row.local_port)) return;
    const bool is_v6_only = row.source.is_unspecified() && IsV6Only(row).value_or(false);
    ports.Add(ports.IndexOf(row.source, is_v6_only), row.local_port);
  });
  if (!status.ok()) {
    limitation_ = absl::StrCat("UDP sockets: ", status.message());
    is_refused_ = absl::IsUnimplemented(status) || absl::IsPermissionDenied(status);
    return;
  }
  pools_ = MakeUdpPools(ports.Finish(), space);
}

}  // namespace berthmaster
