#include "agent/kernel/capabilities.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// The kernel's sets are 64 bits wide (kernel_cap_t).
constexpr int kNumbersMax = 64;

// ThreadSanitizer has a thread of its own from the start.
#ifdef __SANITIZE_THREAD__
constexpr int kThreadsBefore = 2;
#else
constexpr int kThreadsBefore = 1;
#endif

struct CapabilityFact {
  Capability capability;
  const char* name;
  const char* use;
};
constexpr std::array<CapabilityFact, 6> kFacts = {{
    {Capability::kSysAdmin, "CAP_SYS_ADMIN", "entering the network namespaces of others (setns)"},
    {Capability::kSysPtrace, "CAP_SYS_PTRACE",
     "finding the namespaces and the open sockets of other processes"},
    {Capability::kDacReadSearch, "CAP_DAC_READ_SEARCH",
     "reading the open files of other users' processes, to name who holds a port"},
    {Capability::kNetAdmin, "CAP_NET_ADMIN",
     "reading conntrack; larger receive buffers for dumps; writing sysctls when the agent is not "
     "root"},
    {Capability::kBpf, "CAP_BPF", "counting failed connect() calls, telling bind() from connect()"},
    {Capability::kPerfmon, "CAP_PERFMON", "attaching those BPF programs"},
}};

const CapabilityFact* FindFact(Capability capability) {
  for (const CapabilityFact& fact : kFacts) {
    if (fact.capability == capability) return &fact;
  }
  return nullptr;
}

struct KernelSets {
  CapabilitySet permitted;
  CapabilitySet effective;
  CapabilitySet inheritable;
};

// glibc has no wrappers for these two.
absl::StatusOr<KernelSets> GetSets() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) != 0) return ErrnoStatus(errno, "capget");
  const auto join = [](uint32_t low, uint32_t high) {
    return CapabilitySet(uint64_t{high} << 32 | low);
  };
  return KernelSets{join(data[0].permitted, data[1].permitted),
                    join(data[0].effective, data[1].effective),
                    join(data[0].inheritable, data[1].inheritable)};
}

absl::Status SetSets(const CapabilitySet& permitted_and_effective) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; ++i) {
    data[i].permitted = static_cast<uint32_t>(permitted_and_effective.bits() >> (32 * i));
    data[i].effective = data[i].permitted;
  }
  if (syscall(SYS_capset, &header, data) != 0) return ErrnoStatus(errno, "capset");
  return absl::OkStatus();
}

// Bit n of the result is what `read` says of n; numbers that this kernel has not are refused.
template <typename Read>
CapabilitySet Collect(Read read) {
  uint64_t bits = 0;
  for (int number = 0; number < kNumbersMax; ++number) {
    if (read(number) == 1) bits |= uint64_t{1} << number;
  }
  return CapabilitySet(bits);
}

absl::StatusOr<int> ThreadCount() {
  struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  std::unique_ptr<DIR, CloseDirectory> tasks(opendir("/proc/self/task"));
  if (tasks == nullptr) return ErrnoStatus(errno, "open /proc/self/task");
  int count = 0;
  while (const dirent* entry = readdir(tasks.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

absl::Status ShrinkBoundingSet(const CapabilitySet& keep) {
  for (int number = 0; number < kNumbersMax; ++number) {
    if ((keep.bits() >> number & 1) != 0) continue;
    if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 1) continue;
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0) continue;
    // Without CAP_SETPCAP it stays; PR_SET_NO_NEW_PRIVS makes it mean nothing.
    if (errno == EPERM) return absl::OkStatus();
    return ErrnoStatus(errno, "PR_CAPBSET_DROP");
  }
  return absl::OkStatus();
}

absl::Status CheckLimited(const CapabilitySet& wanted) {
  BERTHMASTER_ASSIGN_OR_RETURN(CapabilityState state, ReadCapabilities());
  if (state.permitted == wanted && state.effective == wanted &&
      state.inheritable == CapabilitySet() && state.ambient == CapabilitySet() &&
      state.no_new_privileges) {
    return absl::OkStatus();
  }
  return absl::InternalError("the kernel did not take the capabilities away that it was asked to");
}

}  // namespace

absl::string_view CapabilityName(Capability capability) {
  const CapabilityFact* fact = FindFact(capability);
  return fact != nullptr ? fact->name : "CAP_?";
}

absl::string_view CapabilityUse(Capability capability) {
  const CapabilityFact* fact = FindFact(capability);
  return fact != nullptr ? fact->use : "";
}

std::vector<Capability> CapabilitiesOf(AgentProfile profile) {
  std::vector<Capability> capabilities;
  if (profile == AgentProfile::kObserveLite) return capabilities;
  for (const CapabilityFact& fact : kFacts) capabilities.push_back(fact.capability);
  return capabilities;
}

absl::StatusOr<CapabilityState> ReadCapabilities() {
  BERTHMASTER_ASSIGN_OR_RETURN(KernelSets sets, GetSets());
  CapabilityState state;
  state.permitted = sets.permitted;
  state.effective = sets.effective;
  state.inheritable = sets.inheritable;
  state.bounding = Collect([](int number) { return prctl(PR_CAPBSET_READ, number, 0, 0, 0); });
  state.ambient = Collect(
      [](int number) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0); });
  state.no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  return state;
}

absl::Status LimitCapabilities(const CapabilitySet& keep) {
  BERTHMASTER_ASSIGN_OR_RETURN(const int thread_count, ThreadCount());
  if (thread_count > kThreadsBefore) {
    return absl::FailedPreconditionError(
        absl::StrCat("capabilities are given up before the first thread starts; there are ",
                     thread_count, " threads"));
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return ErrnoStatus(errno, "PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) return ErrnoStatus(errno, "PR_SET_KEEPCAPS");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return ErrnoStatus(errno, "PR_CAP_AMBIENT_CLEAR_ALL");
  }
  // Before the sets, since it needs CAP_SETPCAP, which is none of ours.
  BERTHMASTER_RETURN_IF_ERROR(ShrinkBoundingSet(keep));
  BERTHMASTER_ASSIGN_OR_RETURN(KernelSets before, GetSets());
  const CapabilitySet wanted = before.permitted & keep;
  BERTHMASTER_RETURN_IF_ERROR(SetSets(wanted));
  return CheckLimited(wanted);
}

}  // namespace berthmaster
