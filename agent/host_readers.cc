#include "agent/host_readers.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/status/statusor.h"
#include "agent/kernel/bpf/bpf_bind_ownership.h"
#include "agent/kernel/bpf/bpf_connect_watch.h"
#include "agent/kernel/netfilter/linux_conntrack_reader.h"
#include "agent/kernel/sockets/linux_socket_owners.h"

namespace berthmaster {
namespace {

// Takes a reader that was made, or notes why there is none.
template <typename Reader>
void Add(absl::StatusOr<std::unique_ptr<Reader>> made, AgentCapability capability,
         std::unique_ptr<Reader>& place, HostReaders& readers) {
  if (made.ok()) {
    place = *std::move(made);
    readers.capabilities.push_back(capability);
  } else {
    readers.limitations.emplace_back(made.status().message());
  }
}

// Looks for a socket that is not there, to learn whether processes may be looked at.
absl::StatusOr<std::unique_ptr<SocketOwners>> MakeSocketOwners() {
  auto owners = std::make_unique<LinuxSocketOwners>();
  constexpr uint32_t kNoInode = std::numeric_limits<uint32_t>::max();
  if (absl::Status tried = owners->Find({kNoInode}).status(); !tried.ok()) return tried;
  return owners;
}

absl::StatusOr<std::unique_ptr<ConntrackReader>> MakeConntrackReader() {
  return std::make_unique<LinuxConntrackReader>();
}

}  // namespace

HostReaders MakeHostReaders(AgentProfile profile) {
  HostReaders readers;
  if (profile == AgentProfile::kObserveLite) {
    readers.limitations.emplace_back(
        "with --profile=observe-lite failed connect() calls, early binds, conntrack and the owners "
        "of sockets are not seen; they need --profile=observe and its capabilities");
    return readers;
  }
  Add(MakeBpfConnectWatch(), AgentCapability::kConnectFailures, readers.connect_watch, readers);
  Add(MakeBpfBindOwnershipReader(), AgentCapability::kBindOwnership, readers.bind_ownership,
      readers);
  Add(MakeConntrackReader(), AgentCapability::kConntrack, readers.conntrack, readers);
  Add(MakeSocketOwners(), AgentCapability::kOwners, readers.owners, readers);
  return readers;
}

}  // namespace berthmaster
