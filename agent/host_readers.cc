#include "agent/host_readers.h"

#include <utility>

#include "absl/status/statusor.h"

namespace berthmaster {
namespace {

// Takes a reader that was made, or notes why there is none.
template <typename Reader>
[[maybe_unused]] void Add(absl::StatusOr<std::unique_ptr<Reader>> made, AgentCapability capability,
                          std::unique_ptr<Reader>& place, HostReaders& readers) {
  if (made.ok()) {
    place = *std::move(made);
    readers.capabilities.push_back(capability);
  } else {
    readers.limitations.emplace_back(made.status().message());
  }
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
  // One line for each reader, with the include of its factory:
  //   Add(MakeBpfConnectWatch(), AgentCapability::kConnectFailures, readers.connect_watch,
  //   readers);
  return readers;
}

}  // namespace berthmaster
