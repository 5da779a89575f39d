#include "agent/kernel/host_identity.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/linux_socket_dump.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr size_t kBootIdBytesMax = 256;
constexpr char kBootIdPath[] = "/proc/sys/kernel/random/boot_id";
constexpr char kProbedSysctlPath[] = "/proc/sys/net/ipv4/tcp_tw_reuse";

void ReadNames(HostIdentity& identity) {
  utsname names{};
  if (uname(&names) == 0) {
    identity.host_name = names.nodename;
    identity.kernel_release = names.release;
  }
  absl::StatusOr<std::string> boot_id = ReadFile(kBootIdPath, kBootIdBytesMax);
  if (boot_id.ok()) {
    identity.boot_id = std::string(absl::StripAsciiWhitespace(*boot_id));
  } else {
    identity.limitations.emplace_back(boot_id.status().message());
  }
}

absl::Status TrySockDiag() {
  LinuxSocketDump dump;
  return dump.TryCurrent();
}

// Entering the namespace one is in changes nothing, but takes the privilege that entering any other
// one takes.
absl::Status TryEnter() {
  UniqueFd own(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!own.valid()) return ErrnoStatus(errno, "open the own network namespace");
  if (setns(own.get(), CLONE_NEWNET) != 0) {
    return Annotate(ErrnoStatus(errno, "setns"),
                    "other network namespaces cannot be entered; run the agent with CAP_SYS_ADMIN");
  }
  UniqueFd first(open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC));
  if (!first.valid()) {
    return Annotate(ErrnoStatus(errno, "open /proc/1/ns/net"),
                    "namespaces of other processes cannot be opened; run the agent as root with "
                    "CAP_SYS_PTRACE in the host's pid namespace");
  }
  return absl::OkStatus();
}

// Opening for writing without writing.
absl::Status TryWriteSysctl() {
  UniqueFd fd(open(kProbedSysctlPath, O_WRONLY | O_CLOEXEC));
  if (fd.valid()) return absl::OkStatus();
  return Annotate(ErrnoStatus(errno, kProbedSysctlPath),
                  "sysctls cannot be written; run the agent with CAP_NET_ADMIN and a writable "
                  "/proc/sys");
}

void Probe(const absl::Status& status, AgentCapability capability, HostIdentity& identity) {
  if (status.ok()) {
    identity.capabilities.push_back(capability);
  } else {
    identity.limitations.emplace_back(status.message());
  }
}

}  // namespace

HostIdentity ReadHostIdentity(AgentProfile profile, absl::string_view agent_version) {
  HostIdentity identity;
  identity.agent_version = std::string(agent_version);
  identity.profile = profile;
  ReadNames(identity);
  NetnsThread thread;
  Probe(thread.Run([] { return TrySockDiag(); }), AgentCapability::kSockDiag, identity);
  if (profile == AgentProfile::kObserveLite) {
    identity.limitations.emplace_back(
        "with --profile=observe-lite no namespace is entered, so namespaces of others are seen "
        "only "
        "as far as /proc shows them; --profile=observe sees all");
  } else {
    Probe(thread.Run([] { return TryEnter(); }), AgentCapability::kAllNetns, identity);
  }
  // An agent that only observes lacks nothing by not being able to write.
  if (profile == AgentProfile::kEnforce) {
    Probe(TryWriteSysctl(), AgentCapability::kApplySysctl, identity);
  }
  return identity;
}

}  // namespace berthmaster
