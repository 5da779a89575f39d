#ifndef BERTHMASTER_AGENT_KERNEL_LINUX_SOCKET_DUMP_H_
#define BERTHMASTER_AGENT_KERNEL_LINUX_SOCKET_DUMP_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "agent/kernel/sock_diag_codec.h"
#include "agent/kernel/socket_dump.h"

namespace berthmaster {

// Dumps by netlink sock_diag, parsed in place: no allocation per socket. To be called on a thread
// of one's own, see RunInNetns().
class LinuxSocketDump final : public SocketDump {
 public:
  LinuxSocketDump();

  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override;

  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override;

  // Visit() for the namespace that the calling thread is in.
  absl::Status VisitCurrent(absl::FunctionRef<void(const SocketRow&)> visit);

 private:
  absl::Status Dump(int fd, const SockDiagRequest& request, SocketRowVisitor visit);
  absl::Status DumpTcp(int fd, SockDiagForm form, uint32_t states_mask, SocketRowVisitor visit);
  absl::Status Receive(int fd, SocketRowVisitor visit);

  std::vector<uint8_t> buffer_;
  uint32_t sequence_ = 0;
  // Whether this kernel answers the form that has both families; unlearned from its first error.
  bool has_both_families_ = true;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_LINUX_SOCKET_DUMP_H_
