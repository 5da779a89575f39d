#ifndef BERTHMASTER_COMMON_PROTOCOL_IDENTITY_H_
#define BERTHMASTER_COMMON_PROTOCOL_IDENTITY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace berthmaster {

// What the agent may do: read what needs no capability; read everything; write approved sysctls
// too.
enum class AgentProfile : uint8_t { kObserve = 1, kEnforce = 2, kObserveLite = 3 };
// With the numbers of the contract.
enum class AgentCapability : uint8_t {
  kSockDiag = 1,
  kAllNetns = 2,
  kApplySysctl = 3,
  // Counts connect() calls that find no port, and who closes first (BPF, sock:inet_sock_set_state).
  kConnectFailures = 4,
  // Tells ports made by bind() from those made by connect() (BPF, a TCP iterator).
  kBindOwnership = 5,
  // Dumps conntrack entries.
  kConntrack = 6,
  // Names the processes that hold sockets.
  kOwners = 7,
};
inline constexpr int kAgentCapabilityMax = 7;

// What an agent tells of itself and its host when it attaches.
struct HostIdentity {
  std::string host_name;
  std::string kernel_release;
  std::string boot_id;
  std::string agent_version;
  AgentProfile profile = AgentProfile::kObserve;
  std::vector<AgentCapability> capabilities;
  // What it can not see or do, each with the remedy.
  std::vector<std::string> limitations;

  friend bool operator==(const HostIdentity&, const HostIdentity&) = default;
};

// The first message of a session.
struct AgentHello {
  std::string host_id;
  HostIdentity identity;
  int64_t epoch = 0;
  int64_t next_sequence = 1;
  int64_t applied_revision = 0;

  friend bool operator==(const AgentHello&, const AgentHello&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_PROTOCOL_IDENTITY_H_
