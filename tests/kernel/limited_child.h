#ifndef BERTHMASTER_TESTS_KERNEL_LIMITED_CHILD_H_
#define BERTHMASTER_TESTS_KERNEL_LIMITED_CHILD_H_

#include <sys/types.h>

#include <functional>
#include <string>

#include "agent/kernel/capabilities.h"

namespace berthmaster {

// Runs `work` in a child process that holds exactly `capabilities` (of those the test has), as
// `user`, and returns what it returns; "child failed" when it ends in another way. The child is
// forked, so the test's process must have one thread.
std::string RunLimited(const CapabilitySet& capabilities, const std::function<std::string()>& work,
                       uid_t user = 0);

// Whether this process holds all that the profile observe may hold, so that taking one away shows
// something.
bool HoldsAllOfObserve();
inline constexpr char kNeedsCapabilities[] =
    "needs root with CAP_SYS_ADMIN, SYS_PTRACE, DAC_READ_SEARCH, NET_ADMIN, BPF and PERFMON";

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_LIMITED_CHILD_H_
