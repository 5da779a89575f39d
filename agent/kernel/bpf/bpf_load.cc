#include "agent/kernel/bpf/bpf_load.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/log/log.h"

namespace berthmaster {
namespace {

constexpr char kKernelBtf[] = "/sys/kernel/btf/vmlinux";
// A line of libbpf; the verifier's words come in one piece of any length and are cut.
constexpr size_t kLogLineBytesMax = 4096;

int LogLine(libbpf_print_level level, const char* format, va_list arguments) {
  // The many lines of each relocation.
  if (level == LIBBPF_DEBUG) return 0;
  std::array<char, kLogLineBytesMax> line{};
  vsnprintf(line.data(), line.size(), format, arguments);
  LogDebug("libbpf: ", absl::StripSuffix(line.data(), "\n"));
  return 0;
}

// Whether the calling thread has what the kernel asks of who loads these programs (bpf_capable and
// perfmon_capable).
bool HasBpfCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> words{};
  if (syscall(SYS_capget, &header, words.data()) != 0) return false;
  auto has = [&words](int capability) {
    return (words[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
  };
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

}  // namespace

absl::Status PrepareBpf() {
  libbpf_set_print(LogLine);
  if (access(kKernelBtf, R_OK) == 0) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("this kernel has no ", kKernelBtf, ", so that BPF programs cannot be loaded",
                   "; use a kernel that was built with CONFIG_DEBUG_INFO_BTF, and mount /sys where "
                   "the agent runs"));
}

absl::Status BpfRefusal(int error_number, absl::string_view purpose) {
  if ((error_number == EPERM || error_number == EACCES) && !HasBpfCapabilities()) {
    return absl::PermissionDeniedError(absl::StrCat(
        purpose, " needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, at the start; grant them"));
  }
  return absl::UnimplementedError(absl::StrCat(
      purpose, " needs a BPF program that this kernel refuses (", strerror(error_number),
      "); Linux 5.14 or later takes it, unless lockdown or a security module forbids it; the log "
      "at level debug has the kernel's words"));
}

}  // namespace berthmaster
