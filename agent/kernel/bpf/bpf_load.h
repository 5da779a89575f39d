#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BPF_LOAD_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BPF_LOAD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// To be called before any other call of libbpf: sends its log to ours, at level debug, and says
// whether this kernel describes itself (BTF), without which no program finds its place.
absl::Status PrepareBpf();

// Why the kernel did not take a program, from the error number of libbpf's call, with the remedy:
// PERMISSION_DENIED where capabilities are missing, else UNIMPLEMENTED. `purpose` says for a person
// what is lost: "counting failed connect() calls".
absl::Status BpfRefusal(int error_number, absl::string_view purpose);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BPF_LOAD_H_
