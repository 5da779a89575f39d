#ifndef BERTHMASTER_AGENT_KERNEL_CAPABILITIES_H_
#define BERTHMASTER_AGENT_KERNEL_CAPABILITIES_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// Linux capabilities (capabilities(7)) that the agent has a use for, with the kernel's numbers.
enum class Capability : uint8_t {
  kDacReadSearch = 2,
  // No profile keeps it: it is what shrinking the bounding set takes.
  kSetpcap = 8,
  kNetAdmin = 12,
  kSysPtrace = 19,
  kSysAdmin = 21,
  kPerfmon = 38,
  kBpf = 39,
};

// "CAP_SYS_ADMIN"
absl::string_view CapabilityName(Capability capability);
// What the agent needs it for, for a person.
absl::string_view CapabilityUse(Capability capability);

// Any set of the kernel's capabilities.
class CapabilitySet {
 public:
  constexpr CapabilitySet() = default;
  constexpr explicit CapabilitySet(uint64_t bits) : bits_(bits) {}
  constexpr CapabilitySet(std::initializer_list<Capability> capabilities) {
    for (Capability one : capabilities) Add(one);
  }

  constexpr void Add(Capability one) { bits_ |= Bit(one); }
  constexpr bool Has(Capability one) const { return (bits_ & Bit(one)) != 0; }
  // By the kernel's numbers: bit n is capability n.
  constexpr uint64_t bits() const { return bits_; }
  friend constexpr CapabilitySet operator&(CapabilitySet a, CapabilitySet b) {
    return CapabilitySet(a.bits_ & b.bits_);
  }
  friend constexpr bool operator==(CapabilitySet, CapabilitySet) = default;

 private:
  static constexpr uint64_t Bit(Capability one) { return uint64_t{1} << static_cast<int>(one); }
  uint64_t bits_ = 0;
};

// What a profile may hold at most, in the order of CapabilityUse:
//   observe-lite  none
//   observe       SYS_ADMIN, SYS_PTRACE, DAC_READ_SEARCH, NET_ADMIN, BPF, PERFMON
//   enforce       the same: writing below net in the namespace takes being the host's root, or
//                 NET_ADMIN (net_ctl_permissions), and NET_ADMIN is there already
std::vector<Capability> CapabilitiesOf(AgentProfile profile);

// What the calling thread has.
struct CapabilityState {
  CapabilitySet permitted;
  CapabilitySet effective;
  CapabilitySet inheritable;
  CapabilitySet bounding;
  CapabilitySet ambient;
  bool no_new_privileges = false;
};
absl::StatusOr<CapabilityState> ReadCapabilities();

// Gives up, for good, every capability that is not in `keep`, for this process and whatever it
// starts: permitted and effective become what was permitted and is in `keep`; inheritable and
// ambient are emptied; the bounding set shrinks to `keep` where CAP_SETPCAP allows it;
// PR_SET_NO_NEW_PRIVS is set, so that no executed file gives anything back, whatever the bounding
// set. Secure bits stay as they are, but for KEEP_CAPS, which is cleared. Checks the result by
// reading it. FAILED_PRECONDITION when the process has another thread: capabilities are per thread.
absl::Status LimitCapabilities(const CapabilitySet& keep);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_CAPABILITIES_H_
